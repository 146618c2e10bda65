fn app() -> App {
    App::new("Small Autopost")
        .routes(OpenApiRouter::new().routes(routes!(list, create)))
        .state(Networks::new)
        .job::<PublishTo>()
        .job::<Finish>()
        .routes(OpenApiRouter::new().routes(routes!(publish)))
        .job::<Due>()
        .routes(OpenApiRouter::new().routes(routes!(schedule)))
}
