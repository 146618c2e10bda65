//! What filters mean, built with the operators and given as JSON.

use serde_json::{Value, json};
use wixapp_emulator::Kind;
use wixapp_platform::Error;
use wixapp_platform::data::{Conditions as _, Filter, Query};

use super::Case::Finds;
use super::scene::{Scene, day, refused};
use super::{call, tests};

call! { BUILT "items.query filters"
    "eq: a text, in its own case" = Finds(|q| q.eq("title", "Alien"), &["alien"]);
    "eq: another case is another text" = Finds(|q| q.eq("title", "alien"), &[]);
    "eq: a number" = Finds(|q| q.eq("year", 1979), &["alien", "untitled"]);
    "eq: a number is no text" = Finds(|q| q.eq("year", "1979"), &[]);
    "eq: true" = Finds(|q| q.eq("seen", true), &["alien", "blade"]);
    "eq: false is not missing" = Finds(|q| q.eq("seen", false), &["brazil", "contact"]);
    "eq: a date" = Finds(|q| q.eq("released", day("1982-06-25")), &["blade"]);
    "eq: null finds what has no value" = Finds(|q| q.eq("rating", None::<i32>), &["dune", "untitled"]);
    "eq: an element of a list" = Finds(|q| q.eq("tags", "space"), &["alien", "contact"]);
    "eq: a field within an object" = Finds(|q| q.eq("studio.name", "Fox"), &["alien", "brazil"]);
    "ne: also where there is no value" = Finds(|q| q.ne("year", 1979), &["blade", "brazil", "contact", "dune"]);
    "ne: null finds what has a value" =
        Finds(|q| q.ne("rating", None::<i32>), &["alien", "blade", "brazil", "contact"]);
    "gt: numbers" = Finds(|q| q.gt("year", 1985), &["contact", "dune"]);
    "ge: numbers" = Finds(|q| q.ge("year", 1985), &["brazil", "contact", "dune"]);
    "lt: numbers" = Finds(|q| q.lt("year", 1982), &["alien", "untitled"]);
    "le: numbers" = Finds(|q| q.le("year", 1982), &["alien", "blade", "untitled"]);
    "gt: texts" = Finds(|q| q.gt("title", "Brazil"), &["contact", "dune"]);
    "lt: dates" = Finds(|q| q.lt("released", day("1982-01-01")), &["alien"]);
    "ge: dates" = Finds(|q| q.ge("released", day("1997-07-11")), &["contact", "dune"]);
    "between: from, and up to but without" =
        Finds(|q| q.between("year", 1979, 1985), &["alien", "blade", "untitled"]);
    "between: dates" =
        Finds(|q| q.between("released", day("1980-01-01"), day("1990-01-01")), &["blade", "brazil"]);
    "contains: in any case" = Finds(|q| q.contains("title", "RUN"), &["blade"]);
    "contains: signs of patterns are plain signs" = Finds(|q| q.contains("title", ".*"), &[]);
    "startsWith: in any case" = Finds(|q| q.starts_with("title", "B"), &["blade", "brazil"]);
    "startsWith: capitals and small letters" = Finds(|q| q.starts_with("title", "D"), &["dune"]);
    "endsWith" = Finds(|q| q.ends_with("title", "L"), &["brazil"]);
    "hasSome: any of the values" = Finds(|q| q.has_some("tags", ["noir", "satire"]), &["blade", "brazil"]);
    "hasSome: of a field with one value" =
        Finds(|q| q.has_some("year", [1979, 2021]), &["alien", "dune", "untitled"]);
    "hasSome: dates" = Finds(|q| q.has_some("released", [day("1997-07-11")]), &["contact"]);
    "hasAll: all of the values" = Finds(|q| q.has_all("tags", ["space", "horror"]), &["alien"]);
    "isEmpty" = Finds(|q| q.is_empty("title"), &["untitled"]);
    "isNotEmpty" = Finds(|q| q.is_not_empty("rating"), &["alien", "blade", "brazil", "contact"]);
    "two conditions are both needed" = Finds(|q| q.eq("year", 1979).eq("seen", true), &["alien"]);
    "two conditions on one field" = Finds(|q| q.gt("year", 1979).lt("year", 1997), &["blade", "brazil"]);
    "or" = Finds(|q| q.eq("title", "Alien").or(Filter::new().eq("title", "Brazil")), &["alien", "brazil"]);
    "and" = Finds(|q| q.eq("seen", true).and(Filter::new().gt("year", 1980)), &["blade"]);
    "not" = Finds(|q| q.not(Filter::new().gt("year", 1980)), &["alien", "untitled"]);
    "or of ands" = Finds(
        |q| q.eq("seen", true).gt("year", 1980).or(Filter::new().eq("seen", false).lt("year", 1990)),
        &["blade", "brazil"],
    );
    "a filter of its own, joined by and" =
        Finds(|q| q.and(Filter::new().ge("year", 1985).le("year", 2000)), &["brazil", "contact"]);
    "an operand of the wrong type is refused before it is sent" => |s| {
        let calls = || s.stage.emulator.records().iter().filter(|one| one.kind == Kind::Request).count();
        let before = calls();
        let query = s.items("Nowhere").query().gt("title", json!({"a": 1}));
        assert!(query.find().await.unwrap_err().is_malformed());
        assert_eq!(calls(), before);
    }
}

fn like(query: Query<Value>, filter: Value) -> Query<Value> {
    query.and(Filter::from_json(filter))
}

async fn refusal(scene: &Scene, filter: Value, code: &str) -> Error {
    refused(like(scene.films().await.query(), filter).find().await, code)
}

call! { JSON "items.query filters as JSON"
    "a bare value is equality" = Finds(|q| like(q, json!({"year": 1997})), &["contact"]);
    "$eq" = Finds(|q| like(q, json!({"year": {"$eq": 1997}})), &["contact"]);
    "$ne" = Finds(|q| like(q, json!({"seen": {"$ne": true}})), &["brazil", "contact", "dune", "untitled"]);
    "$in" = Finds(|q| like(q, json!({"title": {"$in": ["Alien", "dune", "none"]}})), &["alien", "dune"]);
    "$in of nothing" = Finds(|q| like(q, json!({"title": {"$in": []}})), &[]);
    "$exists: true also where it is null" = Finds(
        |q| like(q, json!({"rating": {"$exists": true}})),
        &["alien", "blade", "brazil", "contact", "dune"],
    );
    "$exists: false" = Finds(|q| like(q, json!({"rating": {"$exists": false}})), &["untitled"]);
    "null is empty" = Finds(|q| like(q, json!({"title": null})), &["untitled"]);
    "two fields are both needed" = Finds(|q| like(q, json!({"year": 1979, "seen": true})), &["alien"]);
    "two operators on a field" =
        Finds(|q| like(q, json!({"year": {"$gte": 1982, "$lt": 1997}})), &["blade", "brazil"]);
    "a date as $date" = Finds(
        |q| like(q, json!({"released": {"$gt": {"$date": "1997-01-01T00:00:00.000Z"}}})),
        &["contact", "dune"],
    );
    "a date as Date" =
        Finds(|q| like(q, json!({"released": {"$gt": day("1997-01-01")}})), &["contact", "dune"]);
    "$and" = Finds(|q| like(q, json!({"$and": [{"year": {"$gt": 1980}}, {"seen": true}]})), &["blade"]);
    "$or" = Finds(
        |q| like(q, json!({"$or": [{"year": 1979}, {"seen": false}]})),
        &["alien", "brazil", "contact", "untitled"],
    );
    "an empty filter within $or lets all through" = Finds(
        |q| like(q, json!({"$or": [{"year": 1}, {}]})),
        &["alien", "blade", "brazil", "contact", "dune", "untitled"],
    );
    "$not as a list of one" =
        Finds(|q| like(q, json!({"$not": [{"year": {"$gt": 1980}}]})), &["alien", "untitled"]);
    "$not on a field" = Finds(|q| like(q, json!({"year": {"$not": {"$gt": 1980}}})), &["alien", "untitled"]);
    "$hasAll" = Finds(|q| like(q, json!({"tags": {"$hasAll": ["space"]}})), &["alien", "contact"]);
    "$startsWith, $endsWith, $contains" = Finds(
        |q| like(q, json!({"title": {"$startsWith": "b", "$endsWith": "r", "$contains": "de"}})),
        &["blade"],
    );
    "deep" = Finds(
        |q| {
            let inner = json!({"$or": [{"$not": [{"seen": true}]}, {"year": 1982}]});
            like(q, json!({"$and": [inner, {"year": {"$lt": 1990}}]}))
        },
        &["blade", "brazil", "untitled"],
    );
    "the Filter builder" = Finds(
        |q| {
            let either = Filter::new().eq("seen", true).or(Filter::new().is_in("title", ["dune"]));
            q.and(Filter::new().ge("year", 1979).and(either))
        },
        &["alien", "blade", "dune"],
    );
    "the Filter builder: not, isEmpty, nin" => |s| {
        for (filter, expected) in [
            (Filter::new().not(Filter::new().gt("year", 1980)), &["alien", "untitled"][..]),
            (Filter::new().is_empty("title"), &["untitled"]),
            (Filter::from_json(json!({"year": {"$nin": [1979, 1982]}})), &["brazil", "contact", "dune"]),
        ] {
            let page = s.films().await.query().and(filter).ascending("_id").find().await.unwrap();
            assert_eq!(super::scene::ids(&page), expected);
        }
    }
    "$regex is refused" => |s| {
        assert!(refusal(s, json!({"title": {"$regex": "A"}}), "WDE0070").await.is_invalid());
    }
    "an unknown operator is refused" => |s| {
        refusal(s, json!({"title": {"$near": "A"}}), "WDE0093").await;
    }
    "$in without a list is refused" => |s| {
        refusal(s, json!({"title": {"$in": "A"}}), "WDE0057").await;
    }
    "$contains of a number is refused" => |s| {
        refusal(s, json!({"title": {"$contains": 4}}), "WDE0059").await;
    }
}

tests! { built: BUILT, json: JSON }
