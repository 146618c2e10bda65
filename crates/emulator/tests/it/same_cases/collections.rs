//! Collections, their fields and their indexes.

use serde_json::{Value, json};
use wixapp_platform::data::{
    Collection, CollectionPatch, CollectionPermissions, CollectionPlugin, CollectionRole, Field, FieldType,
    Index, IndexStatus, Order, PluginType,
};

use super::scene::{Scene, refused};
use super::{call, tests};

fn name() -> Field {
    Field::new("name", FieldType::Text).named("Name")
}

/// The id of a new collection with a field `name`.
async fn made(s: &Scene) -> String {
    s.collection(&[name()], &[]).await.collection().to_owned()
}

/// The keys of the app's own fields.
fn keys(collection: &Collection) -> Vec<&str> {
    let own = collection.fields.iter().filter(|field| field.more["systemField"] == false);
    own.map(|field| field.key.as_str()).collect()
}

async fn read(s: &Scene, id: &str) -> Collection {
    s.client.collection(&s.instance, id).await.unwrap()
}

call! { CREATE "collections.createDataCollection"
    "gives back what was made" => |s| {
        let permissions =
            CollectionPermissions { read: CollectionRole::Anyone, ..CollectionPermissions::admin_only() };
        let wanted = Collection::new("Made").named("Made here").with_field(name());
        let wanted = wanted.with_field(Field::new("when", FieldType::DateTime)).with_permissions(permissions);
        let made = s.client.create_collection(&s.instance, &wanted).await.unwrap();
        assert_eq!((made.id.as_str(), made.display_name.as_deref()), ("Made", Some("Made here")));
        assert_eq!((keys(&made), &made.more["collectionType"]), (vec!["name", "when"], &json!("NATIVE")));
        assert_eq!(made.permissions.unwrap().read, CollectionRole::Anyone);
        assert!(made.created_at.is_some());
    }
    "has the fields of the platform" => |s| {
        let made = read(s, &made(s).await).await;
        let mut system: Vec<_> =
            made.fields.iter().filter(|field| field.more["systemField"] == true).map(|field| &field.key).collect();
        system.sort();
        assert_eq!(system, ["_createdDate", "_id", "_owner", "_updatedDate"]);
    }
    "twice is refused" => |s| {
        let twice = Collection::new("Twice");
        s.client.create_collection(&s.instance, &twice).await.unwrap();
        let error = refused(s.client.create_collection(&s.instance, &twice).await, "WDE0104");
        assert!(error.is_conflict());
    }
    "a type that is none is refused" => |s| {
        let odd = Collection::new("Odd").with_field(Field::new("a", FieldType::Unknown("ODD".into())));
        let error = s.client.create_collection(&s.instance, &odd).await.unwrap_err();
        assert!(error.is_invalid() && error.message().unwrap().contains("field.type"));
    }
}

call! { GET "collections.getDataCollection"
    "that is not there" => |s| {
        assert!(refused(s.client.collection(&s.instance, "Nowhere").await, "WDE0025").is_not_found());
    }
}

call! { LIST "collections.listDataCollections"
    "all, page by page" => |s| {
        for _ in 0..101 {
            made(s).await;
        }
        let all = s.client.collections(&s.instance).await.unwrap();
        let ids: std::collections::BTreeSet<_> = all.iter().map(|one| one.id.as_str()).collect();
        assert_eq!((all.len(), ids.len()), (101, 101));
    }
}

call! { UPDATE "collections.updateDataCollection"
    "replaces what may be changed" => |s| {
        let have = read(s, &made(s).await).await;
        let next = Collection { revision: have.revision.clone(), ..Collection::new(&have.id) };
        let next = next.named("New").with_field(Field::new("other", FieldType::Url));
        let updated = s.client.update_collection(&s.instance, &next).await.unwrap();
        assert_eq!((updated.display_name.as_deref(), keys(&updated)), (Some("New"), vec!["other"]));
        let number = |of: &Collection| of.revision.as_ref().unwrap().parse::<u32>().unwrap();
        assert_eq!(number(&updated), number(&have) + 1);
    }
    "of an older revision is refused" => |s| {
        let old = Collection { revision: Some("99".into()), ..Collection::new(made(s).await) };
        assert!(refused(s.client.update_collection(&s.instance, &old).await, "WDE0178").is_conflict());
    }
}

call! { PATCH "collections.patchDataCollection"
    "changes only what is named" => |s| {
        let patch = CollectionPatch { display_name: Some("Patched".into()), ..CollectionPatch::default() };
        let patched = s.client.patch_collection(&s.instance, &made(s).await, &patch).await.unwrap();
        assert_eq!((patched.display_name.as_deref(), keys(&patched)), (Some("Patched"), vec!["name"]));
    }
}

call! { DELETE "collections.deleteDataCollection"
    "with all its items" => |s| {
        let items = s.collection(&[], &[json!({"_id": "a"})]).await;
        s.client.delete_collection(&s.instance, items.collection()).await.unwrap();
        refused(s.client.collection(&s.instance, items.collection()).await, "WDE0025");
        s.client.create_collection(&s.instance, &Collection::new(items.collection())).await.unwrap();
        assert_eq!(items.query().count().await.unwrap(), 0);
    }
}

call! { ADD_FIELD "collections.createDataCollectionField"
    "adds a field" => |s| {
        let id = made(s).await;
        s.client.add_field(&s.instance, &id, &Field::new("more", FieldType::Number)).await.unwrap();
        assert_eq!(keys(&read(s, &id).await), ["name", "more"]);
    }
    "twice is refused" => |s| {
        assert!(refused(s.client.add_field(&s.instance, &made(s).await, &name()).await, "WDE0157").is_conflict());
    }
}

fn field<'c>(of: &'c Collection, key: &str) -> &'c Field {
    of.fields.iter().find(|field| field.key == key).unwrap()
}

call! { UPDATE_FIELD "collections.updateDataCollectionField"
    "replaces a field" => |s| {
        let id = made(s).await;
        s.client.update_field(&s.instance, &id, &Field::new("name", FieldType::Url)).await.unwrap();
        assert_eq!(field(&read(s, &id).await, "name").kind, FieldType::Url);
    }
}

call! { PATCH_FIELD "collections.patchDataCollectionField"
    "changes a part of a field" => |s| {
        let id = made(s).await;
        let described = [("description", Value::from("What it is called"))];
        s.client.patch_field(&s.instance, &id, "name", described).await.unwrap();
        let after = read(s, &id).await;
        assert_eq!(field(&after, "name").kind, FieldType::Text);
        assert_eq!(field(&after, "name").more["description"], "What it is called");
    }
}

call! { REMOVE_FIELD "collections.deleteDataCollectionField"
    "takes a field away" => |s| {
        let id = made(s).await;
        s.client.remove_field(&s.instance, &id, "name").await.unwrap();
        assert!(keys(&read(s, &id).await).is_empty());
    }
    "that is not there" => |s| {
        let error = refused(s.client.remove_field(&s.instance, &made(s).await, "x").await, "WDE0024");
        assert!(error.is_not_found());
    }
}

fn by_name() -> Index {
    Index::new("byName").on("name", Order::Ascending)
}

call! { CREATE_INDEX "indexes.createIndex"
    "of a field" => |s| {
        let made = s.client.create_index(&s.instance, &made(s).await, &by_name()).await.unwrap();
        assert_eq!((made.name.as_str(), made.unique, made.fields), ("byName", false, by_name().fields));
    }
    "that is unique refuses a second item of one value" => |s| {
        let items = s.collection(&[name()], &[]).await;
        s.client.create_index(&s.instance, items.collection(), &by_name().unique()).await.unwrap();
        items.insert(json!({"name": "one"})).await.unwrap();
        assert!(refused(items.insert(json!({"name": "one"})).await, "WDE0123").is_conflict());
        items.insert(json!({"name": "two"})).await.unwrap();
    }
}

call! { LIST_INDEXES "indexes.listIndexes"
    "those that were made" => |s| {
        let id = made(s).await;
        s.client.create_index(&s.instance, &id, &by_name()).await.unwrap();
        let found = s.client.indexes(&s.instance, &id).await.unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.status.clone())).collect();
        assert_eq!(told, [("byName", Some(IndexStatus::Active))]);
    }
}

call! { DROP_INDEX "indexes.dropIndex"
    "and it is gone" => |s| {
        let id = made(s).await;
        s.client.create_index(&s.instance, &id, &by_name()).await.unwrap();
        s.client.drop_index(&s.instance, &id, "byName").await.unwrap();
        assert!(s.client.indexes(&s.instance, &id).await.unwrap().is_empty());
    }
}

call! { AVAILABLE "indexes.listAvailableIndexes"
    "how many there may still be" => |s| {
        let room = s.client.available_indexes(&s.instance, &made(s).await).await.unwrap();
        assert_eq!((room.total, room.unique), (4, 1));
    }
}

call! { PLUGINS "collections.addDataCollectionPlugin, deleteDataCollectionPlugin"
    "comes and goes" => |s| {
        let id = made(s).await;
        let plugin = CollectionPlugin::new(PluginType::Publish).with("publishOptions", json!({"defaultStatus": "DRAFT"}));
        let add = || s.client.add_collection_plugin(&s.instance, &id, &plugin);
        let added = add().await.unwrap();
        assert_eq!(added.more["plugins"], json!([{"type": "PUBLISH", "publishOptions": {"defaultStatus": "DRAFT"}}]));
        assert!(add().await.unwrap_err().message().unwrap().contains("already"));
        let remove = || s.client.delete_collection_plugin(&s.instance, &id, &PluginType::Publish);
        assert_eq!(remove().await.unwrap().more["plugins"], json!([]));
        assert!(remove().await.unwrap_err().message().unwrap().contains("not there"));
    }
    "of a type that is none" => |s| {
        let id = made(s).await;
        let plugin = CollectionPlugin::new(PluginType::from("MAGIC".to_owned()));
        let error = s.client.add_collection_plugin(&s.instance, &id, &plugin).await.unwrap_err();
        assert!(error.is_invalid() && error.message().unwrap().contains("one of PUBLISH"), "{error}");
    }
}

tests! {
    create: CREATE,
    get: GET,
    list: LIST,
    update: UPDATE,
    patch: PATCH,
    delete: DELETE,
    add_field: ADD_FIELD,
    update_field: UPDATE_FIELD,
    patch_field: PATCH_FIELD,
    remove_field: REMOVE_FIELD,
    create_index: CREATE_INDEX,
    list_indexes: LIST_INDEXES,
    drop_index: DROP_INDEX,
    available: AVAILABLE,
    plugins: PLUGINS,
}
