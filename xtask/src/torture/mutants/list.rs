//! The planted bugs: small changes of our own code, each with the test that must notice it.

/// One planted bug: a text of one file in place of another, and the test that must fail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mutation {
    /// What the change does, for people.
    pub(super) name: &'static str,
    pub(super) file: &'static str,
    /// Found exactly once in the file.
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) caught_by: Test,
}

/// One test of the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) package: &'static str,
    /// Its whole name, as cargo-nextest lists it.
    pub(super) name: &'static str,
}

const fn test(package: &'static str, name: &'static str) -> Test {
    Test { package, name }
}

/// Grouped by what has to be built again.
pub(super) const MUTATIONS: [Mutation; 23] = [
    Mutation {
        name: "A webhook with `alg: HS256` in its header is taken",
        file: "crates/platform/src/webhook/verify.rs",
        from: r#"if header.alg != "RS256" {"#,
        to: r#"if header.alg != "RS256" && header.alg != "HS256" {"#,
        caught_by: test("wixapp-platform", "webhook_attacks::no_attack_is_accepted"),
    },
    Mutation {
        name: "`>` for `>=`: an instance token is valid at the moment it ends",
        file: "crates/platform/src/instance_token/verify.rs",
        from: "is_some_and(|end| now >= end)",
        to: "is_some_and(|end| now > end)",
        caught_by: test(
            "wixapp-platform",
            "instance_token::verify::tests::dates_are_checked_to_the_millisecond",
        ),
    },
    Mutation {
        name: "A spend leaves the grants that it draws on as they were",
        file: "crates/core/src/account/spend.rs",
        from: "grant.remaining = grant.remaining.checked_sub(part).ok_or(LedgerError::Overflow)?;",
        to: "",
        caught_by: test(
            "wixapp-core",
            "account::tests::spending_draws_earliest_expiry_then_promo_plan_purchased",
        ),
    },
    Mutation {
        name: "A paid year earns a thirteenth cycle",
        file: "crates/core/src/cycle.rs",
        from: "is_some_and(|months| months >= 12)",
        to: "is_some_and(|months| months > 12)",
        caught_by: test("wixapp-core", "cycle::tests::a_paid_year_gives_12_cycles_under_either_policy"),
    },
    Mutation {
        name: "Nothing is reset when a paid plan ends",
        file: "crates/core/src/derive/due.rs",
        from: "self.add(Item { at, keys, fact: None, reason }, DueKind::Reset(keep));",
        to: "let _ = (at, keys, reason, keep);",
        caught_by: test(
            "wixapp-core",
            "derive::tests::cancelled_keeps_access_until_the_period_ends_then_is_free",
        ),
    },
    Mutation {
        name: "Credits are granted while the app is removed",
        file: "crates/core/src/derive/due.rs",
        from: " && life.removed_at().is_none_or(|removed| due.at < removed);",
        to: ";",
        caught_by: test(
            "wixapp-core",
            "derive::tests::nothing_is_granted_while_removed_and_all_of_it_on_reinstall",
        ),
    },
    Mutation {
        name: "A cycle is granted without Wix's word that it is paid",
        file: "crates/core/src/derive/due.rs",
        from: " || !epoch.is_confirmed(segment, at)",
        to: "",
        caught_by: test(
            "wixapp-core",
            "derive::tests::a_cycle_is_granted_when_wix_confirms_that_the_plan_is_paid",
        ),
    },
    Mutation {
        name: "A duplicated site gets free credits of its own",
        file: "crates/core/src/derive/due.rs",
        from: "if self.life.origin.is_some() && !self.life.input.policy.free_for_duplicates {",
        to: "if false {",
        caught_by: test("wixapp-core", "derive::tests::a_duplicated_site_gets_no_free_credits_of_its_own"),
    },
    Mutation {
        name: "A purchase that was granted under another name is granted again",
        file: "crates/core/src/settle/matching.rs",
        from: "search.by_value();",
        to: "",
        caught_by: test(
            "wixapp-core",
            "derive::tests::late::a_late_immediate_cancel_gives_no_second_upgrade_where_the_end_keeps_the_credits",
        ),
    },
    Mutation {
        name: "A refund is taken back again with each delivery, and not once for each grant",
        file: "crates/core/src/settle/matching.rs",
        from: "source && !grant.taken_back",
        to: "source",
        caught_by: test(
            "wixapp-server",
            "hazard::one_to_ten::sqlite::hazard_07_a_refund_takes_back_once_and_books_what_was_spent_as_debt",
        ),
    },
    Mutation {
        name: "The ledger's chain does not cover the amounts",
        file: "crates/core/src/entry.rs",
        from: "[self.seq, self.amount.get(), ",
        to: "[self.seq, 0, ",
        caught_by: test("wixapp-store", "ledger::sqlite::whatever_is_tampered_with_is_found"),
    },
    Mutation {
        name: "A UNIQUE is dropped: a business key may be used twice",
        file: "crates/store/migrations/sqlite/0001_start.sql",
        from: "  hash            TEXT   NOT NULL,\n  PRIMARY KEY (instance_id, seq),\n  \
               CONSTRAINT entries_business_key_once UNIQUE (instance_id, business_key)\n",
        to: "  hash            TEXT   NOT NULL,\n  PRIMARY KEY (instance_id, seq)\n",
        caught_by: test("wixapp-store", "contention::sqlite::a_key_that_was_not_looked_at_is_a_conflict"),
    },
    Mutation {
        name: "The fencing number of a job is not looked at",
        file: "crates/store/src/tx/job.rs",
        from: " || job.fence != lease.fence",
        to: "",
        caught_by: test("wixapp-store", "job::sqlite::a_result_under_an_old_fence_is_refused"),
    },
    Mutation {
        name: "Two workers may claim one job",
        file: "crates/store/src/claim.rs",
        from: " FOR UPDATE SKIP LOCKED) \\",
        to: ") \\",
        caught_by: test("wixapp-store", "job::postgres::many_workers_never_claim_the_same_job"),
    },
    Mutation {
        name: "The credits of a job that is done come back",
        file: "crates/jobs/src/settle.rs",
        from: "JobState::Completed => match tx.account.post(id, None, now) {",
        to: "JobState::Completed => match tx.account.void(id, now) {",
        caught_by: test("wixapp-jobs", "money::sqlite::completed_job_posts_its_hold_and_keeps_its_result"),
    },
    Mutation {
        name: "The body under an idempotency key is not looked at",
        file: "crates/server/src/idempotency.rs",
        from: "Some(stored) if stored.request_hash != request_hash => {",
        to: "Some(_) if false => {",
        caught_by: test(
            "wixapp-server",
            "idempotency::sqlite::another_request_under_the_same_key_is_refused",
        ),
    },
    Mutation {
        name: "Expired reservations are not swept",
        file: "crates/server/src/work/mod.rs",
        from: "        Duty::Holds.keep(&app, stopping.clone()),\n",
        to: "",
        caught_by: test(
            "wixapp-server",
            "credits::sqlite::a_reservation_ends_by_itself_when_its_time_is_over",
        ),
    },
    Mutation {
        name: "A stale token may write",
        file: "crates/server/src/extract/owner.rs",
        from: "if writes && !claims.is_fresh_for_write(now) {",
        to: "if writes && false {",
        caught_by: test("wixapp-server", "auth::a_token_without_an_end_reads_for_ever_and_writes_for_a_day"),
    },
    Mutation {
        name: "A webhook that was signed anew is another event",
        file: "crates/server/src/webhook_fact.rs",
        from: "        _ => key,\n",
        to: "        _ => format!(\"{key}-{}\", event.issued_at),\n",
        caught_by: test("wixapp-server", "webhook::sqlite::a_copy_that_was_signed_anew_is_the_same_event"),
    },
    Mutation {
        name: "A webhook is acknowledged before it is stored",
        file: "crates/server/src/routes/webhook/receive.rs",
        from: "let accepted = app.store.accept(delivery).await?;",
        to: "let store = app.store.clone();\n    \
             tokio::spawn(async move { store.accept(delivery).await });\n    \
             let accepted = wixapp_store::Accepted { duplicate: false };",
        caught_by: test("wixapp-torture", "webhooks::no_kill_loses_or_doubles_anything_on_sqlite"),
    },
    Mutation {
        name: "Commits are not synced to the disk",
        file: "crates/store/src/sqlite/connection.rs",
        from: "PRAGMA synchronous = FULL;",
        to: "PRAGMA synchronous = NORMAL;",
        caught_by: test("wixapp-torture", "disk::a_power_cut_at_any_sync_loses_nothing_that_was_answered"),
    },
    Mutation {
        name: "A commit that failed is answered as done",
        file: "crates/store/src/sqlite/group.rs",
        from: "        Err(error) => group.fail(connection, &error),\n    }\n    other",
        to: "        Err(_) => group.turns.into_iter().for_each(|turn| turn.answer(Ok(()))),\n    }\n    other",
        caught_by: test(
            "wixapp-torture",
            "disk::an_error_at_any_write_or_sync_loses_nothing_that_was_answered",
        ),
    },
    Mutation {
        name: "An instance is not locked while its money is decided on",
        file: "crates/store/src/instance.rs",
        from: r#"instance_columns!(", resets", " FOR UPDATE")"#,
        to: r#"instance_columns!(", resets", "")"#,
        caught_by: test(
            "wixapp-torture",
            "race::as_many_spends_succeed_as_there_are_credits_on_postgres_with_two_processes",
        ),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use super::*;

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    #[test]
    fn the_text_of_every_mutation_is_found_exactly_once() {
        for Mutation { name, file, from, to, .. } in MUTATIONS {
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            assert_eq!(
                text.matches(from).count(),
                1,
                "{name}: look at {file}, and change the mutation with it"
            );
            assert_ne!(from, to, "{name}");
        }
    }

    #[test]
    fn every_mutation_has_a_name_of_its_own() {
        let names: HashSet<_> = MUTATIONS.iter().map(|mutation| mutation.name).collect();
        assert_eq!(names.len(), MUTATIONS.len());
    }
}
