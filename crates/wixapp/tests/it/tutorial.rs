//! The program of docs/tutorial.md after each of its steps. All of them are compiled; the last one is tested.
//!
//! A block of the tutorial is a file of `tutorial/piece`. One that begins with the same item as an earlier one takes its place.

/// A step is a module of the pieces that its program consists of, and its texts for the comparison with the tutorial.
macro_rules! steps {
    ($($step:ident: $($piece:literal)*;)*) => {
        $(
            #[allow(dead_code, unused_imports, reason = "what only the next step uses, or only `cargo run`")]
            mod $step {
                $(include!(concat!("tutorial/piece/", $piece, ".rs"));)*
            }
        )*

        const STEPS: &[&[&str]] = &[$(&[$(include_str!(concat!("tutorial/piece/", $piece, ".rs"))),*]),*];
    };
}

steps! {
    step_1: "start" "app_1";
    step_2: "start" "app_1" "state" "post_2" "post_record";
    step_3: "start" "app_3" "state" "post_2" "post_record" "new_post_3" "check" "create_3" "list";
    step_4: "start" "app_4" "state" "post_2" "post_record" "new_post_3" "check" "create_3" "list" "networks" "send_4"
        "publish_to" "publish_job_4" "finish";
    step_5: "start" "app_5" "state" "post_2" "post_record" "new_post_3" "check" "create_3" "list" "networks" "send_4"
        "publish_to" "publish_job_4" "finish" "publish";
    step_6: "start" "app_6" "state" "post_2" "post_record" "new_post_3" "check" "create_3" "list" "networks" "send_4"
        "publish_to" "publish_job_4" "finish" "publish" "due";
    step_7: "start" "app_7" "state" "post_2" "post_record" "new_post_3" "check" "create_3" "list" "networks" "send_4"
        "publish_to" "publish_job_7" "finish" "publish" "due" "account" "account_routes" "expire";
    step_8: "start" "app_8" "state" "post_8" "post_record" "new_post_8" "check" "create_8" "list" "networks" "send_8"
        "publish_to" "publish_job_7" "finish" "publish" "due" "account" "account_routes" "expire" "image" "image_routes"
        "post_image";
    step_9: "start" "app_9" "state" "post_8" "post_record" "new_post_8" "check" "create_9" "list" "networks" "send_8"
        "publish_to" "publish_job_7" "finish" "publish" "due" "account" "account_routes" "expire" "image" "image_routes"
        "post_image" "profile" "profile_routes";
    step_10: "start" "app_10" "state" "post_8" "post_record" "new_post_8" "check" "create_9" "list" "networks" "send_8"
        "publish_to" "publish_job_7" "finish" "publish" "due" "account" "account_routes" "expire" "image" "image_routes"
        "post_image" "profile" "profile_routes" "page";
    step_11: "start" "app_10" "state" "post_8" "post_record" "new_post_8" "check" "create_9" "list" "networks" "send_8"
        "publish_to" "publish_job_7" "finish" "publish" "due" "account" "account_routes" "expire" "image" "image_routes"
        "post_image" "profile" "profile_routes" "page" "tests";
}

/// Never compiled: `cargo fmt` finds here what `include!` hides from it.
#[cfg(any())]
mod piece {
    mod account;
    mod account_routes;
    mod app_1;
    mod app_10;
    mod app_3;
    mod app_4;
    mod app_5;
    mod app_6;
    mod app_7;
    mod app_8;
    mod app_9;
    mod check;
    mod create_3;
    mod create_8;
    mod create_9;
    mod due;
    mod expire;
    mod finish;
    mod image;
    mod image_routes;
    mod list;
    mod networks;
    mod new_post_3;
    mod new_post_8;
    mod page;
    mod post_2;
    mod post_8;
    mod post_image;
    mod post_record;
    mod profile;
    mod profile_routes;
    mod publish;
    mod publish_job_4;
    mod publish_job_7;
    mod publish_to;
    mod send_4;
    mod send_8;
    mod start;
    mod state;
    mod tests;
}

const TUTORIAL: &str = include_str!("../../../../docs/tutorial.md");

/// The blocks of a language in a piece of the tutorial.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    text.split(&format!("```{language}\n")).skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

/// The first item of a block, without what is said of it: what the block is known by.
fn first_item(block: &str) -> &str {
    let starts = ["use ", "fn ", "async fn ", "struct ", "enum ", "impl ", "const ", "mod "];
    block.lines().find(|line| starts.iter().any(|start| line.starts_with(start))).unwrap()
}

#[test]
fn each_step_of_the_tutorial_is_the_program_that_is_compiled_here() {
    let steps = TUTORIAL.split("\n## ").filter(|step| step.starts_with(|first: char| first.is_ascii_digit()));
    let mut program: Vec<&str> = Vec::new();
    let mut compiled = STEPS.iter();
    for step in steps {
        let (title, text) = step.split_once('\n').unwrap();
        let shown = blocks(text, "rust");
        if shown.is_empty() {
            continue;
        }
        for block in shown {
            match program.iter_mut().find(|older| first_item(older) == first_item(block)) {
                Some(older) => *older = block,
                None => program.push(block),
            }
        }
        let compiled = compiled.next().unwrap_or_else(|| panic!("nothing compiles `{title}`"));
        assert_eq!(program.len(), compiled.len(), "the pieces of `{title}`");
        for (shown, compiled) in program.iter().zip(*compiled) {
            assert!(
                shown == compiled,
                "after `{title}` the tutorial has\n{shown}\nand this is compiled:\n{compiled}"
            );
        }
    }
    assert!(compiled.next().is_none(), "a step is compiled that the tutorial does not have");
}

#[test]
fn the_tutorial_shows_the_files_of_its_page() {
    assert_eq!(blocks(TUTORIAL, "html"), [include_str!("tutorial/piece/page.html")]);
    assert_eq!(blocks(TUTORIAL, "js"), [include_str!("tutorial/piece/page.js")]);
}
