fn app() -> App {
    App::new("Small Autopost")
}
