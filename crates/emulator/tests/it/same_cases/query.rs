//! Queries: order, pages, chosen fields, counting, distinct values.

use serde_json::{Value, json};
use wixapp_platform::data::{Conditions as _, Filter};

use super::Case::Cannot;
use super::items::CONTEXT;
use super::scene::{films, ids, named, refused};
use super::{call, tests};

call! { QUERY "items.query"
    "without conditions finds all, the newest first" => |s| {
        let page = s.films().await.query().find().await.unwrap();
        assert_eq!(ids(&page), ["untitled", "dune", "contact", "brazil", "blade", "alien"]);
    }
    "an item comes back as it was, with dates as Date" => |s| {
        let page = s.films().await.query().eq("_id", "alien").find().await.unwrap();
        let [mut film, ..] = films();
        film.as_object_mut().unwrap().remove("_id");
        assert_eq!(page.items[0].data, film);
        assert!(page.items[0].created_at.is_some() && page.items[0].updated_at.is_some());
        assert!(page.items[0].owner.is_some());
    }
    "ascending by numbers" => |s| {
        let query = s.films().await.query().is_not_empty("rating").ascending("rating");
        assert_eq!(ids(&query.find().await.unwrap()), ["contact", "brazil", "blade", "alien"]);
    }
    "descending by dates" => |s| {
        let query = s.films().await.query().is_not_empty("released").descending("released");
        assert_eq!(ids(&query.find().await.unwrap()), ["dune", "contact", "brazil", "blade", "alien"]);
    }
    "by two fields" => |s| {
        let query = s.films().await.query().ascending("year").descending("_id").limit(3);
        assert_eq!(ids(&query.find().await.unwrap()), ["untitled", "alien", "blade"]);
    }
    "what has no value comes first when ascending" => |s| {
        assert_eq!(ids(&s.films().await.query().ascending("title").find().await.unwrap())[0], "untitled");
    }
    "by a field within an object" => |s| {
        let query = s.films().await.query().is_not_empty("studio").ascending("studio.name").ascending("_id");
        assert_eq!(ids(&query.find().await.unwrap()), ["alien", "brazil", "blade", "contact"]);
    }
    "limit and skip" => |s| {
        let query = s.numbers().await.query().ascending("n").skip(10).limit(3);
        assert_eq!(ids(&query.find().await.unwrap()), ["n010", "n011", "n012"]);
    }
    "fifty items when no limit is set" => |s| {
        let page = s.numbers().await.query().ascending("n").find().await.unwrap();
        assert!(page.items.len() == 50 && page.has_next());
    }
    "a thousand is the most" => |s| {
        let error = s.numbers().await.query().limit(1_001).find().await.unwrap_err();
        assert!(error.is_invalid() && error.message().unwrap().contains("limit"));
    }
    "next leads through all pages, each item once" => |s| {
        let mut page = s.numbers().await.query().descending("n").limit(25).find().await.unwrap();
        let (mut sizes, mut all) = (Vec::new(), Vec::new());
        loop {
            sizes.push(page.items.len());
            all.extend(page.items.iter().map(|item| item.id.clone()));
            let Some(next) = page.next().await.unwrap() else { break };
            page = next;
        }
        assert_eq!(sizes, [25, 25, 25, 25, 20]);
        let expected: Vec<String> = (0..120).rev().map(|n| format!("n{n:03}")).collect();
        assert_eq!(all, expected);
    }
    "next keeps its place when items come in between" => |s| {
        let content: Vec<Value> = (0..10).map(|n| json!({"_id": format!("n{n:03}")})).collect();
        let own = s.collection(&[], &content).await;
        let first = own.query().ascending("_id").limit(5).find().await.unwrap();
        own.insert(named("a-new-first", json!({}))).await.unwrap();
        let next = first.next().await.unwrap().unwrap();
        assert_eq!(ids(&next), ["n005", "n006", "n007", "n008", "n009"]);
    }
    "prev leads back" => |s| {
        let first = s.numbers().await.query().ascending("n").limit(50).find().await.unwrap();
        let last = first.next().await.unwrap().unwrap().next().await.unwrap().unwrap();
        assert!(last.has_previous() && !last.has_next());
        let back = last.previous().await.unwrap().unwrap();
        assert_eq!((ids(&back)[0], ids(&back).len()), ("n050", 50));
        assert_eq!(ids(&back.previous().await.unwrap().unwrap())[0], "n000");
    }
    "there is nothing before the first page" => |s| {
        let first = s.numbers().await.query().ascending("n").limit(50).find().await.unwrap();
        assert!(!first.has_previous() && first.previous().await.unwrap().is_none());
    }
    "there is nothing behind the last page" => |s| {
        let all = s.numbers().await.query().limit(1_000).find().await.unwrap();
        assert!(!all.has_next() && all.next().await.unwrap().is_none());
    }
    "the total is there when it is asked for" => |s| {
        let page = s.numbers().await.query().gt("n", 99).limit(7).with_total().find().await.unwrap();
        assert_eq!((page.total, page.items.len()), (Some(20), 7));
        assert_eq!(s.numbers().await.query().limit(7).find().await.unwrap().total, None);
    }
    "fields: only these, and _id" => |s| {
        let query = s.films().await.query().fields(["title", "studio.city"]).eq("_id", "alien");
        let page = query.find().await.unwrap();
        let expected = json!({"title": "Alien", "studio": {"city": "Los Angeles"}});
        assert_eq!((page.items[0].id.as_str(), &page.items[0].data), ("alien", &expected));
        assert_eq!((&page.items[0].owner, page.items[0].created_at), (&None, None));
    }
    "consistentRead is accepted" => |s| {
        assert_eq!(s.films().await.consistent().query().find().await.unwrap().items.len(), films().len());
    }
    "a query too long for an address is posted" => |s| {
        let long = films().map(|film| film["_id"].as_str().unwrap().to_owned()).into_iter();
        let query = s.films().await.query().has_some("_id", long.chain(["x".repeat(3_000)]));
        assert_eq!(query.find().await.unwrap().items.len(), films().len());
    }
    "letters of all languages in a query" => |s| {
        let word = "Grüße, 世界 🌍";
        let own = s.collection(&[], &[json!({"_id": "ü", "word": word})]).await;
        assert_eq!(ids(&own.query().eq("word", word).find().await.unwrap()), ["ü"]);
    }
    "a request built in one piece" => |s| {
        let query = s.films().await.query().and(Filter::new().lt("year", 1990));
        let page = query.descending("year").ascending("_id").limit(2).skip(1).find().await.unwrap();
        assert_eq!(ids(&page), ["blade", "alien"]);
    }
    "a request with a cursor" => |s| {
        let first = s.numbers().await.query().ascending("n").limit(100).find().await.unwrap();
        assert_eq!(first.items.len(), 100);
        let rest = s.numbers().await.query().after(first.cursor().unwrap()).limit(100).find().await.unwrap();
        let expected: Vec<String> = (100..120).map(|n| format!("n{n:03}")).collect();
        assert_eq!(ids(&rest), expected);
    }
    "through the context instead of a client" = Cannot(CONTEXT);
    "a cursor that is none is refused" => |s| {
        refused(s.numbers().await.query().after("none").find().await, "WDE0152");
    }
    "a collection that is not there is refused" => |s| {
        assert!(refused(s.items("Nowhere").query().find().await, "WDE0025").is_not_found());
    }
}

call! { COUNT_OF_QUERY "items.query().count"
    "all" => |s| { assert_eq!(s.films().await.query().count().await.unwrap(), 6); }
    "those that match" => |s| { assert_eq!(s.films().await.query().lt("year", 1990).count().await.unwrap(), 4); }
    "none" => |s| { assert_eq!(s.films().await.query().eq("year", 1).count().await.unwrap(), 0); }
    "limit and skip do not matter" => |s| {
        assert_eq!(s.numbers().await.query().limit(5).skip(3).count().await.unwrap(), 120);
    }
}

call! { COUNT "items.count"
    "with a filter" => |s| {
        let filter = Filter::from_json(json!({"year": 1979}));
        assert_eq!(s.films().await.query().and(filter).count().await.unwrap(), 2);
    }
    "of everything" => |s| {
        assert_eq!(s.films().await.query().and(Filter::new()).count().await.unwrap(), 6);
    }
}

call! { DISTINCT_OF_QUERY "items.query().distinct"
    "each value once, in order" => |s| {
        let years = s.films().await.query().distinct::<i32>("year").await.unwrap();
        assert_eq!(years.items, [1979, 1982, 1985, 1997, 2021]);
    }
    "elements of lists" => |s| {
        let tags = s.films().await.query().distinct::<String>("tags").await.unwrap();
        assert_eq!(tags.items, ["horror", "noir", "robots", "satire", "space"]);
    }
    "of what matches, descending" => |s| {
        let query = s.films().await.query().eq("seen", false).descending("year");
        assert_eq!(query.distinct::<i32>("year").await.unwrap().items, [1997, 1985]);
    }
    "page by page" => |s| {
        let first = s.numbers().await.query().limit(100).distinct::<i32>("n").await.unwrap();
        assert_eq!(first.items.len(), 100);
        let next = first.next().await.unwrap().unwrap();
        assert_eq!((next.items.len(), next.items[0], next.has_next()), (20, 100, false));
    }
}

call! { DISTINCT "items.distinct"
    "with a filter and an order" => |s| {
        let query = s.films().await.query().gt("year", 1980).descending("year").with_total();
        let page = query.distinct::<i32>("year").await.unwrap();
        assert_eq!((page.items, page.total), (vec![2021, 1997, 1985, 1982], Some(4)));
    }
}

tests! {
    query: QUERY,
    count_of_query: COUNT_OF_QUERY,
    count: COUNT,
    distinct_of_query: DISTINCT_OF_QUERY,
    distinct: DISTINCT,
}
