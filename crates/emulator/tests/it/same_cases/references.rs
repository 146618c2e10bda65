//! References between items.

use serde_json::{Value, json};
use wixapp_platform::data::{Conditions as _, Field, FieldType, Item, Items, Reference};

use super::scene::{Scene, ids, named, refused};
use super::{call, tests};

/// Films with a director and a cast, and the people.
async fn films(s: &Scene) -> (Items<Value>, Items<Value>) {
    let names = ["ridley", "harrison", "sigourney"].map(|id| json!({"_id": id, "name": id.to_uppercase()}));
    let people = s.collection(&[Field::new("name", FieldType::Text)], &names).await;
    let fields = [
        Field::new("title", FieldType::Text),
        Field::reference("director", people.collection()),
        Field::multi_reference("cast", people.collection()),
    ];
    let content = [("alien", "Alien"), ("blade", "Blade Runner")]
        .map(|(id, title)| json!({"_id": id, "title": title, "director": "ridley"}));
    (s.collection(&fields, &content).await, people)
}

/// Films of which one has this cast.
async fn with_cast(s: &Scene, of: &str, cast: &[&str]) -> Items<Value> {
    let films = films(s).await.0;
    let links: Vec<Reference> = cast.iter().map(|to| Reference::new("cast", of, *to)).collect();
    assert_eq!(films.insert_references(&links).await.unwrap().succeeded(), cast.len());
    films
}

async fn cast(films: &Items<Value>, of: &str) -> Vec<String> {
    let found = films.referenced::<Value>("cast", [of]).find().await.unwrap().items;
    found.into_iter().map(|one| one.id).collect()
}

fn names(of: &Value) -> Vec<&str> {
    let mut names: Vec<_> = of.as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    names.sort_unstable();
    names
}

async fn alien(films: wixapp_platform::data::Query<Value>) -> Item<Value> {
    films.eq("_id", "alien").find().await.unwrap().items.remove(0)
}

call! { INSERT "items.insertReference"
    "adds one" => |s| {
        assert_eq!(cast(&with_cast(s, "alien", &["sigourney"]).await, "alien").await, ["sigourney"]);
    }
    "adds several, named by their items" => |s| {
        let (films, people) = films(s).await;
        let found = people.query().ne("_id", "ridley").find().await.unwrap().items;
        let links: Vec<_> = found.into_iter().map(|one| Reference::new("cast", "alien", one.id)).collect();
        assert_eq!(films.insert_references(&links).await.unwrap().succeeded(), 2);
        assert_eq!(cast(&films, "alien").await.len(), 2);
    }
    "on a field that has none is refused" => |s| {
        let films = films(s).await.0;
        refused(films.insert_references(&[Reference::new("title", "alien", "sigourney")]).await, "WDE0020");
    }
}

call! { REMOVE "items.removeReference"
    "takes it away again" => |s| {
        let films = with_cast(s, "alien", &["sigourney", "harrison"]).await;
        let bulk = films.remove_references(&[Reference::new("cast", "alien", "harrison")]).await.unwrap();
        assert_eq!(bulk.succeeded(), 1);
        assert_eq!(cast(&films, "alien").await, ["sigourney"]);
    }
}

call! { REPLACE "items.replaceReferences"
    "puts others in their place" => |s| {
        let films = with_cast(s, "blade", &["sigourney"]).await;
        films.replace_references("cast", "blade", ["harrison", "ridley"]).await.unwrap();
        assert_eq!(cast(&films, "blade").await, ["harrison", "ridley"]);
    }
    "by nothing" => |s| {
        let films = with_cast(s, "blade", &["harrison"]).await;
        films.replace_references("cast", "blade", Vec::<String>::new()).await.unwrap();
        assert!(cast(&films, "blade").await.is_empty());
    }
}

call! { IS_REFERENCED "items.isReferenced"
    "yes and no" => |s| {
        let films = with_cast(s, "alien", &["sigourney"]).await;
        assert!(films.is_referenced(&Reference::new("cast", "alien", "sigourney")).await.unwrap());
        assert!(!films.is_referenced(&Reference::new("cast", "alien", "harrison")).await.unwrap());
    }
}

call! { QUERY "items.queryReferenced"
    "page by page, with a total" => |s| {
        let films = with_cast(s, "alien", &["sigourney", "harrison", "ridley"]).await;
        let first = films.referenced::<Value>("cast", ["alien"]).limit(2).with_total().find().await.unwrap();
        assert_eq!((first.items.len(), first.total, first.has_next()), (2, Some(3), true));
        assert_eq!(first.next().await.unwrap().unwrap().items.len(), 1);
    }
    "of a field that is no reference" => |s| {
        refused(films(s).await.0.referenced::<Value>("title", ["alien"]).find().await, "WDE0020");
    }
}

call! { QUERY_ITEMS "items.queryReferencedItems"
    "of several items" => |s| {
        let films = with_cast(s, "alien", &["sigourney"]).await;
        films.replace_references("cast", "blade", ["harrison"]).await.unwrap();
        let found = films.referenced::<Value>("cast", ["alien", "blade"]).find().await.unwrap().items;
        let pairs: Vec<_> = found
            .iter()
            .map(|one| (one.from.as_deref().unwrap(), one.item.as_ref().unwrap().data["name"].clone()))
            .collect();
        assert_eq!(pairs, [("alien", json!("SIGOURNEY")), ("blade", json!("HARRISON"))]);
    }
    "whose item was removed" => |s| {
        let (films, people) = films(s).await;
        people.insert(named("extra", json!({"name": "Extra"}))).await.unwrap();
        films.replace_references("cast", "alien", ["extra"]).await.unwrap();
        people.remove("extra").await.unwrap();
        let found = films.referenced::<Value>("cast", ["alien"]).find().await.unwrap().items;
        assert!(found.iter().all(|one| one.id == "extra" && one.item.is_none()));
    }
}

call! { INCLUDE "items.query().include"
    "a reference becomes its item" => |s| {
        let film = alien(films(s).await.0.query().include("director")).await;
        assert_eq!(film.data["director"]["name"], "RIDLEY");
    }
    "without include it is an id" => |s| {
        assert_eq!(alien(films(s).await.0.query()).await.data["director"], "ridley");
    }
    "several references become their items" => |s| {
        let films = with_cast(s, "alien", &["sigourney", "harrison"]).await;
        assert_eq!(names(&alien(films.query().include("cast")).await.data["cast"]), ["HARRISON", "SIGOURNEY"]);
    }
    "so many of them" => |s| {
        let films = with_cast(s, "alien", &["sigourney", "harrison", "ridley"]).await;
        assert_eq!(names(&alien(films.query().include_up_to("cast", 2)).await.data["cast"]).len(), 2);
    }
    "a field that is no reference is refused" => |s| {
        refused(films(s).await.0.query().include("title").find().await, "WDE0020");
    }
    "a filter by what is referred to" => |s| {
        let films = with_cast(s, "blade", &["harrison"]).await;
        assert_eq!(ids(&films.query().has_some("cast", ["harrison"]).find().await.unwrap()), ["blade"]);
        let directed = films.query().eq("director", "ridley").ascending("_id").find().await.unwrap();
        assert_eq!(ids(&directed), ["alien", "blade"]);
    }
}

call! { WITH_REFERENCES "items.insert with references"
    "saveReferences keeps several" => |s| {
        let films = films(s).await.0;
        let film = json!({"title": "New", "cast": ["harrison", "ridley"], "director": {"_id": "ridley"}});
        let saved = films.saving_references().insert(named("new", film)).await.unwrap();
        assert_eq!(saved.data["director"], "ridley");
        assert_eq!(cast(&films, "new").await.len(), 2);
    }
    "without it they are not kept" => |s| {
        let films = films(s).await.0;
        films.insert(named("new", json!({"cast": ["harrison"]}))).await.unwrap();
        assert!(cast(&films, "new").await.is_empty());
    }
    "get includes them" => |s| {
        let films = with_cast(s, "alien", &["sigourney"]).await;
        let film = films.lookup("alien").include("director").include("cast").find().await.unwrap().unwrap();
        assert_eq!(film.data["director"]["name"], "RIDLEY");
        assert_eq!(names(&film.data["cast"]), ["SIGOURNEY"]);
    }
}

tests! {
    insert: INSERT,
    remove: REMOVE,
    replace: REPLACE,
    is_referenced: IS_REFERENCED,
    query: QUERY,
    query_items: QUERY_ITEMS,
    include: INCLUDE,
    with_references: WITH_REFERENCES,
}
