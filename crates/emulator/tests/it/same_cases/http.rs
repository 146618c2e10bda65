//! Addresses of Wix Data that no package calls, and neither does the client: by HTTP, with the client's token.

use reqwest::{Method, Url};
use serde_json::{Value, json};
use wixapp_platform::data::{Field, FieldType, Items, Reference};

use super::scene::{Scene, named};
use super::{call, tests};
use crate::stage::Reply;

/// A collection to try them on, with another for its parts.
struct Goods<'s> {
    s: &'s Scene,
    items: Items<Value>,
}

impl<'s> Goods<'s> {
    /// `tea` at 1 and `cup` at 2; `lid` and `spout` are parts.
    async fn open(s: &'s Scene) -> Self {
        let parts = s.collection(&[], &[json!({"_id": "lid"}), json!({"_id": "spout"})]).await;
        let fields = [
            Field::new("name", FieldType::Text),
            Field::new("price", FieldType::Number),
            Field::multi_reference("parts", parts.collection()),
        ];
        let content =
            [("tea", 1), ("cup", 2)].map(|(id, price)| json!({"_id": id, "name": id, "price": price}));
        Self { s, items: s.collection(&fields, &content).await }
    }

    async fn ask(&self, method: Method, path: &str, mut body: Value) -> Reply {
        if body.get("dataCollectionId").is_none() {
            body["dataCollectionId"] = json!(self.items.collection());
        }
        self.s.http(method, &format!("/wix-data/v2/items{path}"), Some(&body)).await
    }

    async fn put(&self, id: &str, item: Value) -> Reply {
        self.ask(Method::PUT, &format!("/{id}"), json!({ "dataItem": item })).await
    }

    async fn patch(&self, id: &str, patch: Value) -> Reply {
        self.ask(Method::PATCH, &format!("/{id}"), json!({ "patch": patch })).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, body).await
    }

    async fn delete(&self, id: &str, collection: Option<&str>) -> Reply {
        let mut url = Url::parse("http://wix.example/wix-data/v2/items").unwrap();
        url.path_segments_mut().unwrap().push(id);
        url.query_pairs_mut().extend_pairs(collection.map(|of| ("dataCollectionId", of)));
        self.s.http(Method::DELETE, url.as_str().strip_prefix("http://wix.example").unwrap(), None).await
    }

    async fn remove(&self, id: &str) -> Reply {
        self.delete(id, Some(self.items.collection())).await
    }

    /// The stored fields of an item; null where it is not there.
    async fn stored(&self, id: &str) -> Value {
        self.items.get(id).await.unwrap().map_or(Value::Null, |item| item.data)
    }

    /// The prices of both items.
    async fn prices(&self) -> [Value; 2] {
        [self.stored("tea").await["price"].clone(), self.stored("cup").await["price"].clone()]
    }

    async fn has(&self, part: &str) -> bool {
        self.items.is_referenced(&Reference::new("parts", "tea", part)).await.unwrap()
    }
}

/// Refused with this status, for this code of Wix or this field.
#[track_caller]
fn refused(reply: &Reply, status: u16, why: &str) {
    let field = &reply.json["details"]["validationError"]["fieldViolations"][0]["field"];
    assert_eq!((reply.status, field.as_str().unwrap_or(reply.code())), (status, why), "{reply:?}");
}

fn changes(list: &[(&str, &str, Value)]) -> Value {
    let change = |(field, action, value): &(&str, &str, Value)| {
        let options = if *action == "SET_FIELD" { "setFieldOptions" } else { "incrementFieldOptions" };
        json!({ "fieldPath": field, "action": action, options: { "value": value } })
    };
    list.iter().map(change).collect()
}

fn link(from: &str, to: &str, field: &str) -> Value {
    json!({ "dataItemReference": {
        "referringItemFieldName": field, "referringItemId": from, "referencedItemId": to,
    } })
}

call! { UPDATE "Update Data Item"
    "replaces the whole item" => |s| {
        let goods = Goods::open(s).await;
        let reply = goods.put("tea", json!({ "id": "tea", "data": { "name": "new" } })).await;
        assert_eq!((reply.status, &reply.json["dataItem"]["id"]), (200, &json!("tea")));
        assert_eq!(reply.json["dataItem"]["dataCollectionId"], goods.items.collection());
        assert_eq!(goods.stored("tea").await, json!({ "name": "new" }));
    }
    "the id of the address is enough" => |s| {
        let goods = Goods::open(s).await;
        assert_eq!(goods.put("tea", json!({ "data": { "price": 7 } })).await.json["dataItem"]["id"], "tea");
        assert_eq!(goods.prices().await, [7, 2]);
    }
    "an address and a body that name two items change neither" => |s| {
        let goods = Goods::open(s).await;
        refused(&goods.put("tea", json!({ "id": "cup", "data": { "price": 9 } })).await, 400, "dataItem.id");
        refused(&goods.put("tea", json!({ "data": { "_id": "cup", "price": 9 } })).await, 400, "WDE0079");
        assert_eq!(goods.prices().await, [1, 2]);
    }
    "an item that is not there" => |s| {
        refused(&Goods::open(s).await.put("none", json!({ "data": {} })).await, 404, "WDE0073");
    }
    "of a collection that is not there" => |s| {
        let sent = json!({ "dataCollectionId": "Nowhere", "dataItem": { "data": {} } });
        refused(&Goods::open(s).await.ask(Method::PUT, "/any", sent).await, 404, "WDE0025");
    }
    "without a collection, without an item" => |s| {
        let goods = Goods::open(s).await;
        let sent = json!({ "dataCollectionId": null, "dataItem": { "data": {} } });
        refused(&goods.ask(Method::PUT, "/any", sent).await, 400, "dataCollectionId");
        refused(&goods.ask(Method::PUT, "/any", json!({})).await, 400, "dataItem");
    }
}

call! { PATCH "Patch Data Item"
    "sets a field and leaves the others" => |s| {
        let goods = Goods::open(s).await;
        let set = changes(&[("price", "SET_FIELD", json!(30))]);
        let reply = goods.patch("tea", json!({ "dataItemId": "tea", "fieldModifications": set })).await;
        assert_eq!((reply.status, &reply.json["dataItem"]["data"]["price"]), (200, &json!(30)));
        assert_eq!(goods.stored("tea").await, json!({ "name": "tea", "price": 30 }));
    }
    "the id of the address is enough" => |s| {
        let more = changes(&[("price", "INCREMENT_FIELD", json!(4))]);
        let reply = Goods::open(s).await.patch("cup", json!({ "fieldModifications": more })).await;
        assert_eq!(reply.json["dataItem"]["data"]["price"], 6);
    }
    "an address and a body that name two items change neither" => |s| {
        let goods = Goods::open(s).await;
        let set = changes(&[("price", "SET_FIELD", json!(30))]);
        let reply = goods.patch("tea", json!({ "dataItemId": "cup", "fieldModifications": set })).await;
        refused(&reply, 400, "patch.dataItemId");
        assert_eq!(goods.prices().await, [1, 2]);
    }
    "a field that cannot be incremented: nothing of it happens" => |s| {
        let goods = Goods::open(s).await;
        let both = changes(&[("price", "SET_FIELD", json!(30)), ("name", "INCREMENT_FIELD", json!(4))]);
        refused(&goods.patch("tea", json!({ "fieldModifications": both })).await, 400, "WDE0075");
        assert_eq!(goods.prices().await, [1, 2]);
    }
    "an item that is not there" => |s| {
        let set = changes(&[("price", "SET_FIELD", json!(30))]);
        let reply = Goods::open(s).await.patch("none", json!({ "fieldModifications": set })).await;
        refused(&reply, 404, "WDE0073");
    }
    "without a patch" => |s| {
        refused(&Goods::open(s).await.ask(Method::PATCH, "/any", json!({})).await, 400, "patch");
    }
}

call! { REMOVE "Remove Data Item"
    "gives back what was removed" => |s| {
        let goods = Goods::open(s).await;
        let reply = goods.remove("tea").await;
        assert_eq!((reply.status, &reply.json["dataItem"]["data"]["name"]), (200, &json!("tea")));
        assert_eq!(goods.stored("tea").await, Value::Null);
    }
    "a second time it is not there" => |s| {
        let goods = Goods::open(s).await;
        goods.remove("tea").await;
        refused(&goods.remove("tea").await, 404, "WDE0073");
    }
    "an id with spaces, signs and letters of other languages" => |s| {
        let (goods, id) = (Goods::open(s).await, "a b+c:d,e;f@g=h&ü 世界/?#%");
        goods.items.insert(named(id, json!({}))).await.unwrap();
        assert_eq!(goods.remove(id).await.json["dataItem"]["id"], id);
    }
    "of a collection that is not there" => |s| {
        refused(&Goods::open(s).await.delete("any", Some("Nowhere")).await, 404, "WDE0025");
    }
    "without a collection" => |s| {
        let goods = Goods::open(s).await;
        refused(&goods.delete("tea", None).await, 400, "dataCollectionId");
        assert_eq!(goods.stored("tea").await["name"], "tea");
    }
}

call! { OTHERS "Get and Insert Data Item by other addresses"
    "inserts, and gets what was inserted" => |s| {
        let goods = Goods::open(s).await;
        let pot = json!({ "dataItem": { "id": "pot", "data": { "name": "Pot" } } });
        let inserted = goods.post("/insert", pot).await;
        assert_eq!((inserted.status, &inserted.json["dataItem"]["id"]), (200, &json!("pot")));
        assert_eq!(goods.post("/get", json!({ "dataItemId": "pot" })).await, inserted);
    }
    "does not overwrite" => |s| {
        let goods = Goods::open(s).await;
        let again = json!({ "dataItem": { "id": "tea", "data": { "name": "again" } } });
        refused(&goods.post("/insert", again).await, 409, "WDE0074");
        assert_eq!(goods.stored("tea").await["name"], "tea");
    }
    "an item that is not there" => |s| {
        refused(&Goods::open(s).await.post("/get", json!({ "dataItemId": "none" })).await, 404, "WDE0073");
    }
    "without an item" => |s| {
        let goods = Goods::open(s).await;
        refused(&goods.post("/get", json!({})).await, 400, "dataItemId");
        refused(&goods.post("/insert", json!({})).await, 400, "dataItem");
    }
    "a body that is no JSON" => |s| {
        let token = s.client.access_token(&s.instance).await.unwrap();
        for path in ["get", "insert"] {
            let broken = s.stage.request(Method::POST, &format!("/wix-data/v2/items/{path}"));
            let broken = broken.header("authorization", token.expose()).header("content-type", "application/json");
            let reply = crate::stage::reply(broken.body("{\"dataCollectionId\":")).await;
            assert_eq!((reply.status, reply.json["message"].is_string()), (400, true), "{reply:?}");
        }
    }
}

call! { REFERENCES "Insert and Remove Data Item Reference"
    "adds one, and takes it away again" => |s| {
        let (goods, sent) = (Goods::open(s).await, link("tea", "lid", "parts"));
        for (path, there) in [("/insert-reference", true), ("/remove-reference", false)] {
            let reply = goods.post(path, sent.clone()).await;
            assert_eq!((reply.status, &reply.json), (200, &sent));
            assert_eq!(goods.has("lid").await, there, "{path}");
        }
    }
    "removing what is not there is no error" => |s| {
        let reply = Goods::open(s).await.post("/remove-reference", link("tea", "spout", "parts")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    "on a field that has none" => |s| {
        let goods = Goods::open(s).await;
        for path in ["/insert-reference", "/remove-reference"] {
            refused(&goods.post(path, link("tea", "lid", "name")).await, 400, "WDE0020");
        }
    }
    "from or to an item that is not there" => |s| {
        let goods = Goods::open(s).await;
        for (from, to) in [("none", "lid"), ("tea", "none")] {
            refused(&goods.post("/insert-reference", link(from, to, "parts")).await, 404, "WDE0073");
        }
    }
    "without a reference" => |s| {
        let goods = Goods::open(s).await;
        for path in ["/insert-reference", "/remove-reference"] {
            refused(&goods.post(path, json!({})).await, 400, "dataItemReference");
        }
    }
}

tests! { update: UPDATE, patch: PATCH, remove: REMOVE, others: OTHERS, references: REFERENCES }
