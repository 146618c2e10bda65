fn app() -> App {
    App::new("Small Autopost")
        .routes(OpenApiRouter::new().routes(routes!(list, create)))
        .state(Networks::new)
        .job::<PublishTo>()
        .job::<Finish>()
}
