fn app() -> App {
    App::new("Small Autopost").routes(OpenApiRouter::new().routes(routes!(list, create)))
}
