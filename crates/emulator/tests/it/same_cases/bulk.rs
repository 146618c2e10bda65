//! Many items at once, and all that a filter means.

use serde_json::json;
use wixapp_platform::data::{BulkAction, Conditions as _, DataJobState, Filter, Patch};

use super::scene::{named, refused};
use super::{call, tests};

call! { INSERT "items.bulkInsert"
    "many at once" => |s| {
        let bulk = s.notes().await.bulk_insert((0..1_000).map(|n| json!({"n": n}))).await.unwrap();
        assert_eq!((bulk.succeeded(), bulk.failures().count()), (1_000, 0));
        let ids: std::collections::BTreeSet<_> = bulk.results.iter().map(|result| &result.id).collect();
        assert_eq!(ids.len(), 1_000);
    }
    "skips those that are there" => |s| {
        let into = s.three().await;
        let bulk = into.bulk_insert([named("a", json!({"n": 9})), named("d", json!({}))]).await.unwrap();
        let failures: Vec<_> = bulk.failures().map(|(index, error)| (index, error.is_conflict())).collect();
        assert_eq!((bulk.succeeded(), failures), (1, vec![(0, true)]));
        assert_eq!(bulk.results[1].id.as_deref(), Some("d"));
        assert_eq!(into.get("a").await.unwrap().unwrap().data["n"], 1);
    }
    "names the item that is too large and inserts the others" => |s| {
        let large = named("large", json!({"t": "x".repeat(520_000)}));
        let bulk = s.notes().await.bulk_insert([named("small", json!({})), large]).await.unwrap();
        let failures: Vec<_> = bulk.failures().map(|(index, error)| (index, error.code())).collect();
        assert_eq!((bulk.succeeded(), failures), (1, vec![(1, Some("WDE0009"))]));
    }
    // What Wix refuses in one call, the client sends in two.
    "of 1,001 is refused" => |s| {
        let into = s.notes().await;
        assert_eq!(into.bulk_insert((0..1_001).map(|n| json!({"n": n}))).await.unwrap().succeeded(), 1_001);
        assert_eq!(into.query().count().await.unwrap(), 1_001);
    }
    "into a collection that is not there" => |s| {
        refused(s.items("Nowhere").bulk_insert([json!({"n": 1})]).await, "WDE0025");
    }
}

call! { UPDATE "items.bulkUpdate"
    "replaces those that are there and skips the others" => |s| {
        let of = s.three().await;
        let bulk = of.bulk_update(["a", "x"].map(|id| named(id, json!({"m": 1})))).await.unwrap();
        let failures: Vec<_> = bulk.failures().map(|(index, error)| (index, error.is_not_found())).collect();
        assert_eq!((bulk.succeeded(), failures), (1, vec![(1, true)]));
        assert_eq!(of.get("a").await.unwrap().unwrap().data, json!({"m": 1}));
    }
    "on a condition" => |s| {
        let of = s.three().await;
        let greater = of.only_if(Filter::new().gt("n", 1));
        let bulk = greater.bulk_update(["a", "b"].map(|id| named(id, json!({"n": 9})))).await.unwrap();
        let done: Vec<_> = bulk.results.iter().map(|result| result.outcome.is_ok()).collect();
        assert_eq!(done, [false, true]);
        assert_eq!(of.get("a").await.unwrap().unwrap().data["n"], 1);
    }
}

call! { SAVE "items.bulkSave"
    "inserts and replaces" => |s| {
        let into = s.three().await;
        let drafts = [named("a", json!({"n": 9})), named("d", json!({"n": 4})), json!({"n": 5}).into()];
        let bulk = into.bulk_save(drafts).await.unwrap();
        let actions: Vec<_> = bulk.results.iter().filter_map(|result| result.action.clone()).collect();
        assert_eq!(actions, [BulkAction::Update, BulkAction::Insert, BulkAction::Insert]);
        assert_eq!((bulk.succeeded(), into.query().count().await.unwrap()), (3, 5));
    }
}

call! { PATCH "items.bulkPatch"
    "changes a field of several items" => |s| {
        let of = s.three().await;
        let bulk = of.bulk_patch(["a", "b"], &Patch::new().increment("n", 10)).await.unwrap();
        assert_eq!(bulk.succeeded(), 2);
        let page = of.query().ascending("_id").find().await.unwrap();
        let numbers: Vec<_> = page.items.iter().map(|item| item.data["n"].clone()).collect();
        assert_eq!(numbers, [11, 12, 3]);
    }
    "skips those that are not there" => |s| {
        let bulk = s.three().await.bulk_patch(["a", "x"], &Patch::new().set("n", 1)).await.unwrap();
        let failures: Vec<_> = bulk.failures().map(|(index, error)| (index, error.is_not_found())).collect();
        assert_eq!((bulk.succeeded(), failures), (1, vec![(1, true)]));
    }
}

call! { REMOVE "items.bulkRemove"
    "removes several and skips those that are not there" => |s| {
        let of = s.three().await;
        let bulk = of.bulk_remove(["a", "x", "c"]).await.unwrap();
        let done: Vec<_> = bulk.results.iter().map(|result| result.outcome.is_ok()).collect();
        assert_eq!(done, [true, false, true]);
        assert_eq!(of.query().count().await.unwrap(), 1);
    }
    // What Wix refuses in one call, the client sends in two: the first `a` is removed, the others are gone by then.
    "of 1,001 is refused" => |s| {
        let bulk = s.three().await.bulk_remove(vec!["a"; 1_001]).await.unwrap();
        assert_eq!((bulk.results.len(), bulk.succeeded()), (1_001, 1));
    }
}

call! { PATCH_BY_FILTER "items.asyncPatchByFilter"
    "changes all that match, and the job says how many" => |s| {
        let of = s.three().await;
        let job = of.patch_matching(&Filter::new().ge("n", 2), &Patch::new().set("n", 0)).await.unwrap();
        let job = s.client.data_job(&s.instance, &job).await.unwrap();
        assert_eq!((job.is_over(), job.state, job.succeeded), (true, DataJobState::Succeeded, 2));
        assert_eq!(of.query().eq("n", 0).count().await.unwrap(), 2);
    }
}

call! { REMOVE_BY_FILTER "items.asyncRemoveByFilter"
    "removes all that match" => |s| {
        let of = s.three().await;
        let job = of.remove_matching(&Filter::new().lt("n", 3)).await.unwrap();
        assert_eq!(s.client.data_job(&s.instance, &job).await.unwrap().succeeded, 2);
        assert_eq!(of.query().count().await.unwrap(), 1);
    }
}

call! { JOB "items.getAsyncJobStatus"
    "of a job that is none" => |s| {
        assert!(s.client.data_job(&s.instance, "none").await.unwrap_err().is_not_found());
    }
}

tests! {
    insert: INSERT,
    update: UPDATE,
    save: SAVE,
    patch: PATCH,
    remove: REMOVE,
    patch_by_filter: PATCH_BY_FILTER,
    remove_by_filter: REMOVE_BY_FILTER,
    job: JOB,
}
