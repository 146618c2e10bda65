//! The sites a fresh platform starts with.

use super::site::Site;

/// Three sites of three owners, with fixed ids so that links and notes stay right after a reset.
pub(crate) fn sites() -> Vec<Site> {
    vec![
        Site {
            site_id: "5d6b9c1e-2f04-4c7a-9a51-0c1f6e3b8a01".to_owned(),
            name: "Bloom & Root".to_owned(),
            url: "https://www.bloomandroot.example".to_owned(),
            description: "A flower studio with weekly bouquets and workshops.".to_owned(),
            owner_id: "a3c1f8d2-6b7e-4f19-8d20-51e4c7b90a11".to_owned(),
            owner_name: "Maya Torres".to_owned(),
            owner_email: "maya@bloomandroot.example".to_owned(),
            locale: "en".to_owned(),
            install: None,
            secrets: Vec::new(),
        },
        Site {
            site_id: "8e2a7f40-91c3-4d5b-b6e8-7a9d04c2f502".to_owned(),
            name: "Harbour Coffee Roasters".to_owned(),
            url: "https://www.harbourcoffee.example".to_owned(),
            description: "Small-batch coffee, roasted by the sea.".to_owned(),
            owner_id: "c95b2e07-3d48-4a6f-9e11-f20d8b6a7c22".to_owned(),
            owner_name: "Sam Okafor".to_owned(),
            owner_email: "sam@harbourcoffee.example".to_owned(),
            locale: "en".to_owned(),
            install: None,
            secrets: Vec::new(),
        },
        Site {
            site_id: "c47d13b8-0e6a-4f92-8c3d-e5b1a8f76903".to_owned(),
            name: "Nora Lindqvist Photography".to_owned(),
            url: "https://www.noralindqvist.example".to_owned(),
            description: "Portraits and weddings in natural light.".to_owned(),
            owner_id: "e08d46a5-7c2b-4e93-a7f6-0b9c1d3e5f33".to_owned(),
            owner_name: "Nora Lindqvist".to_owned(),
            owner_email: "nora@noralindqvist.example".to_owned(),
            locale: "en".to_owned(),
            install: None,
            secrets: Vec::new(),
        },
    ]
}
