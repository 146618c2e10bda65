use super::*;

fn credits(catalog: &Catalog) -> Vec<(&str, i64)> {
    catalog.plans().iter().map(|p| (p.id.as_str(), p.credits.get())).collect()
}

#[test]
fn both_shipped_catalogues_are_as_the_contract_says() {
    let (standard, autopost) = (Catalog::standard(), Catalog::autopost());
    assert_eq!(credits(&standard), [("free", 200), ("starter", 1_000), ("pro", 5_000), ("scale", 25_000)]);
    assert_eq!(credits(&autopost), [("free", 3), ("starter", 50), ("pro", 100), ("agency", 300)]);
    assert_eq!(standard.plans().iter().filter(|p| p.popular).count(), 1);
}

#[test]
fn case_hyphen_and_suffix_variants_of_every_plan_mean_that_plan() {
    for catalog in [Catalog::standard(), Catalog::autopost()] {
        for plan in catalog.plans() {
            let id = plan.id.as_str();
            for suffix in ["", "-plan", "_plan", "-monthly", "_monthly", "-yearly", "_yearly"] {
                for text in [
                    format!("{id}{suffix}"),
                    format!("  {id}{suffix}\t"),
                    format!("{id}{suffix}").to_uppercase(),
                ] {
                    assert_eq!(catalog.normalise(&text).map(|p| &p.id), Some(&plan.id), "{text}");
                }
            }
        }
    }
}

#[rstest::rstest]
#[case("")]
#[case("platinum")]
#[case("starter-plan-monthly-yearly")]
#[case("-plan")]
#[case("starterplan")]
fn an_unknown_plan_is_not_taken_for_another(#[case] text: &str) {
    assert!(Catalog::standard().normalise(text).is_none());
}

#[test]
fn exactly_one_suffix_is_dropped() {
    let catalog = Catalog::autopost();
    assert!(catalog.normalise("pro-monthly").is_some());
    assert!(catalog.normalise("pro-yearly-monthly").is_none());
}

#[test]
fn a_price_of_stripe_means_its_plan_in_exact_letters_only() {
    let plan = |id: &str, rank: u32, prices: &str| {
        format!("[[plan]]\nid='{id}'\nname='P'\nrank={rank}\ncredits=1\n{prices}\n")
    };
    let head = "name='x'\nversion='1'\ncurrency='USD'\n";
    let free = plan("free", 0, "");
    let team = plan(
        "team",
        1,
        "stripe_price_monthly='price_Ab'\nstripe_price_yearly='price_aB'\nstripe_price_ids=['price_old']",
    );
    let catalog = Catalog::from_toml(&format!("{head}{free}{team}")).unwrap();
    for price in ["price_Ab", "price_aB", "price_old"] {
        assert_eq!(catalog.normalise(price).map(|plan| plan.id.as_str()), Some("team"), "{price}");
    }
    assert!(catalog.normalise("price_ab").is_none());
    let sold = |cycle| catalog.plans()[1].stripe_price(&cycle).map(str::to_owned);
    assert_eq!(sold(BillingCycle::Monthly).as_deref(), Some("price_Ab"));
    assert_eq!(sold(BillingCycle::Yearly).as_deref(), Some("price_aB"));
    assert_eq!(sold(BillingCycle::TwoYears), None);
    let twice = plan("pro", 2, "stripe_price_monthly='price_old'");
    let refused = Catalog::from_toml(&format!("{head}{free}{team}{twice}")).unwrap_err().to_string();
    assert!(refused.contains("price_old"), "{refused}");
}

#[rstest::rstest]
#[case("name='x'\nversion='1'\ncurrency='USD'", "free plan")]
#[case("nonsense", "cannot be read")]
#[case(
    "name='x'\nversion='1'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=-1",
    "cannot be read"
)]
#[case(
    "name='x'\nversion='1'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=1\nprice_monthly='9,00'",
    "price"
)]
#[case(
    "name='x'\nversion='1'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=1\n[[plan]]\nid='Free'\nname='F'\nrank=1\ncredits=1",
    "called"
)]
fn a_wrong_catalogue_is_refused_with_its_reason(#[case] text: &str, #[case] reason: &str) {
    let error = Catalog::from_toml(text).unwrap_err().to_string();
    assert!(error.contains(reason), "{error}");
}
