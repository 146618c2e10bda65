//! Searching for words.

use wixapp_platform::data::{Conditions as _, Search};

use super::scene::{ids, refused};
use super::{call, tests};

call! { SEARCH "items.search"
    "a word, in any case" => |s| {
        assert_eq!(ids(&s.films().await.query().search("BLADE").await.unwrap()), ["blade"]);
    }
    "all words" => |s| {
        let films = s.films().await;
        assert_eq!(ids(&films.query().search("blade robots").await.unwrap()), ["blade"]);
        assert!(films.query().search(Search::all("blade horror")).await.unwrap().items.is_empty());
    }
    "any word" => |s| {
        let page = s.films().await.query().ascending("_id").search(Search::any("blade horror")).await.unwrap();
        assert_eq!(ids(&page), ["alien", "blade"]);
    }
    "almost the word" => |s| {
        let films = s.films().await;
        assert!(films.query().search("braxil").await.unwrap().items.is_empty());
        assert_eq!(ids(&films.query().search(Search::all("braxil").fuzzy()).await.unwrap()), ["brazil"]);
    }
    "with a filter, an order and a limit" => |s| {
        let query = s.films().await.query().gt("year", 1970).descending("year").limit(1);
        assert_eq!(ids(&query.search("space").await.unwrap()), ["contact"]);
    }
    "next" => |s| {
        let first = s.films().await.query().ascending("year").limit(1).search("space").await.unwrap();
        assert_eq!(ids(&first.next().await.unwrap().unwrap()), ["contact"]);
    }
    "as a request" => |s| {
        let page = s.films().await.query().ascending("year").search(String::from("fox")).await.unwrap();
        assert_eq!(ids(&page), ["alien", "brazil"]);
    }
    "of a collection that is not there" => |s| {
        refused(s.items("Nowhere").query().search("a").await, "WDE0025");
    }
}

tests! { search: SEARCH }
