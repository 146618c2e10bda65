//! Adding up, and pipelines.

use serde_json::{Number, Value, json};
use wixapp_platform::data::{
    Conditions as _, Expression as Ex, Filter, Group, Items, Order, Projection, Stage,
};

use super::scene::{Scene, refused};
use super::{call, tests};

async fn sales(s: &Scene) -> Items<Value> {
    let content = [
        json!({"_id": "s1", "shop": "north", "kind": "tea", "amount": 3, "parts": ["a", "b"], "size": {"w": 1}}),
        json!({"_id": "s2", "shop": "north", "kind": "cup", "amount": 9, "parts": ["a"], "size": {"w": 2}}),
        json!({"_id": "s3", "shop": "south", "kind": "tea", "amount": 5, "parts": [], "size": {"w": 3}}),
        json!({"_id": "s4", "shop": "south", "kind": "tea", "amount": 7, "parts": ["c"], "size": {"w": 4}}),
    ];
    s.collection(&[], &content).await
}

/// The rows that come out of these stages.
async fn through(s: &Scene, stages: impl IntoIterator<Item = Stage>) -> Vec<Value> {
    sales(s).await.pipeline(stages).run().await.unwrap().items
}

fn first() -> Stage {
    Stage::filter(&Filter::new().eq("_id", "s1")).unwrap()
}

fn by_id() -> Stage {
    Stage::sort([("_id", Order::Ascending)])
}

/// What an expression makes of the first sale.
async fn assert_makes(s: &Scene, expressions: impl IntoIterator<Item = (Ex, Value)>) {
    let (expressions, expected): (Vec<_>, Vec<_>) = expressions.into_iter().unzip();
    let projection =
        expressions.into_iter().enumerate().fold(Projection::new(), |fields, (index, expression)| {
            fields.reshape(expression, format!("v{index}"))
        });
    let rows = through(s, [first(), Stage::project(projection)]).await;
    let made: Vec<Value> = (0..expected.len()).map(|index| rows[0][format!("v{index}")].clone()).collect();
    assert_eq!(made, expected);
}

fn number(of: f64) -> Ex {
    Ex::number(Number::from_f64(of).unwrap())
}

call! { AGGREGATE "items.aggregate"
    "sums by a field" => |s| {
        let sums = sales(s).await.aggregate().group_by(["shop"]).sum("amount", "sum").ascending("_id");
        let expected = [json!({"_id": {"shop": "north"}, "sum": 12}), json!({"_id": {"shop": "south"}, "sum": 12})];
        assert_eq!(sums.run::<Value>().await.unwrap().items, expected);
    }
    "avg, min, max and count" => |s| {
        let groups = sales(s).await.aggregate().group_by(["kind"]).average("amount", "avg").min("amount", "min");
        let groups = groups.max("amount", "max").count("count").ascending("min");
        let expected = [
            json!({"_id": {"kind": "tea"}, "avg": 5, "min": 3, "max": 7, "count": 3}),
            json!({"_id": {"kind": "cup"}, "avg": 9, "min": 9, "max": 9, "count": 1}),
        ];
        assert_eq!(groups.run::<Value>().await.unwrap().items, expected);
    }
    "by two fields" => |s| {
        let groups = sales(s).await.aggregate().group_by(["shop", "kind"]).count("count").descending("count");
        let found = groups.run::<Value>().await.unwrap().items;
        assert_eq!(found[0], json!({"_id": {"shop": "south", "kind": "tea"}, "count": 2}));
        assert_eq!(found.len(), 3);
    }
    "over everything" => |s| {
        let found = sales(s).await.aggregate().sum("amount", "sum").run::<Value>().await.unwrap().items;
        assert_eq!((found.len(), &found[0]["sum"]), (1, &json!(24)));
    }
    "of what matches" => |s| {
        let some = sales(s).await.aggregate().gt("amount", 4).group_by(["shop"]).sum("amount", "sum");
        let found = some.ascending("_id").run::<Value>().await.unwrap().items;
        assert_eq!(found.iter().map(|row| &row["sum"]).collect::<Vec<_>>(), [9, 12]);
    }
    "having" => |s| {
        let all = sales(s).await.aggregate().group_by(["kind"]).sum("amount", "sum");
        let found = all.having(Filter::new().gt("sum", 10)).run::<Value>().await.unwrap().items;
        assert_eq!(found, [json!({"_id": {"kind": "tea"}, "sum": 15})]);
    }
    "limit, skip and next" => |s| {
        let amounts = || async { sales(s).await.aggregate().group_by(["amount"]).count("n").ascending("_id") };
        let first = amounts().await.limit(3).run::<Value>().await.unwrap();
        let of = |rows: &[Value]| rows.iter().map(|row| row["_id"]["amount"].clone()).collect::<Vec<_>>();
        assert_eq!(of(&first.items), [3, 5, 7]);
        let next = first.next().await.unwrap().unwrap();
        assert_eq!((of(&next.items), next.has_next()), (vec![json!(9)], false));
        assert_eq!(of(&amounts().await.skip(2).run::<Value>().await.unwrap().items), [7, 9]);
    }
    "of a collection that is not there" => |s| {
        refused(s.items("Nowhere").aggregate().sum("a", "b").run::<Value>().await, "WDE0025");
    }
}

call! { PIPELINE "items.aggregate with a pipeline"
    "filter, group, sort" => |s| {
        let group = Group::new().by(Ex::field("shop"), "shop").sum(Ex::field("amount"), "sum").count("n");
        let filter = Stage::filter(&Filter::new().gt("amount", 3)).unwrap();
        let rows = through(s, [filter, Stage::group(group), Stage::sort([("sum", Order::Descending)])]).await;
        let expected = [
            json!({"_id": {"shop": "south"}, "sum": 12, "n": 2}),
            json!({"_id": {"shop": "north"}, "sum": 9, "n": 1}),
        ];
        assert_eq!(rows, expected);
    }
    "avg, min, max, first, last, push" => |s| {
        let (amount, kind) = (|| Ex::field("amount"), || Ex::field("kind"));
        let group = Group::new().average(amount(), "avg").min(amount(), "min").max(amount(), "max");
        let group = group.first(kind(), "first").last(kind(), "last").push(amount(), "all");
        let mut rows = through(s, [Stage::sort([("amount", Order::Ascending)]), Stage::group(group)]).await;
        rows[0].as_object_mut().unwrap().remove("_id");
        let expected =
            json!({"avg": 6, "min": 3, "max": 9, "first": "tea", "last": "cup", "all": [3, 5, 7, 9]});
        assert_eq!(rows, [expected]);
    }
    "skip and limit" => |s| {
        let rows = through(s, [by_id(), Stage::skip(1), Stage::limit(2)]).await;
        assert_eq!(rows.iter().map(|row| &row["_id"]).collect::<Vec<_>>(), ["s2", "s3"]);
    }
    "unwind" => |s| {
        let rows = through(s, [by_id(), Stage::unwind("parts")]).await;
        assert_eq!(rows.iter().map(|row| &row["parts"]).collect::<Vec<_>>(), ["a", "b", "a", "c"]);
    }
    "project: include" => |s| {
        let rows = through(s, [first(), Stage::project(Projection::new().include(["shop"]))]).await;
        assert_eq!(rows, [json!({"_id": "s1", "shop": "north"})]);
    }
    "project: exclude" => |s| {
        let rows = through(s, [first(), Stage::project(Projection::new().exclude(["parts", "size"]))]).await;
        let fields = rows[0].as_object().unwrap();
        assert!(fields["shop"] == "north" && !fields.contains_key("parts") && !fields.contains_key("size"));
    }
    "objectToArray" => |s| {
        let second = Stage::filter(&Filter::new().eq("_id", "s2")).unwrap();
        let rows = through(s, [second, Stage::object_to_array("size", "pairs")]).await;
        assert_eq!(rows[0]["pairs"], json!([{"key": "w", "value": 2}]));
    }
    "add, subtract, multiply, divide, mod" => |s| {
        let amount = || Ex::field("amount");
        let expressions = [
            (Ex::add([amount(), Ex::number(4), Ex::number(1)]), json!(8)),
            (Ex::subtract(amount(), Ex::number(5)), json!(-2)),
            (Ex::multiply([amount(), amount()]), json!(9)),
            (Ex::divide(amount(), Ex::number(2)), json!(1.5)),
            (Ex::remainder(amount(), Ex::number(2)), json!(1)),
        ];
        assert_makes(s, expressions).await;
    }
    "abs, floor, ceil, sum" => |s| {
        let expressions = [
            (Ex::absolute(Ex::number(-3)), json!(3)),
            (Ex::floor(number(2.7)), json!(2)),
            (Ex::ceiling(number(2.2)), json!(3)),
            (Ex::sum([Ex::field("amount"), Ex::number(2)]), json!(5)),
        ];
        assert_makes(s, expressions).await;
    }
    "concat, toUpper, toLower, substring, length, stringify" => |s| {
        let shop = || Ex::field("shop");
        let expressions = [
            (Ex::concat([shop(), Ex::text("!")]), json!("north!")),
            (Ex::upper(shop()), json!("NORTH")),
            (Ex::lower(Ex::text("ÀB")), json!("àb")),
            (Ex::substring(shop(), Ex::number(1), Some(Ex::number(3))), json!("ort")),
            (Ex::length(shop()), json!(5)),
            (Ex::stringify(Ex::field("amount")), json!("3")),
        ];
        assert_makes(s, expressions).await;
    }
    "paging with a cursor" => |s| {
        let all = sales(s).await;
        let page = all.pipeline([by_id()]).limit(3).run::<Value>().await.unwrap();
        assert_eq!(page.items.len(), 3);
        let again = all.pipeline([]).after(page.cursor().unwrap()).limit(3).run::<Value>().await.unwrap();
        for rest in [page.next().await.unwrap().unwrap(), again] {
            assert_eq!(rest.items.iter().map(|row| &row["_id"]).collect::<Vec<_>>(), ["s4"]);
        }
    }
}

tests! { aggregate: AGGREGATE, pipeline: PIPELINE }
