//! One line of a table per write: path, command and words. The handler of each is the same, so nothing can be left out
//! in one of them.

/// Declares the endpoints that execute a command, and how they are registered.
macro_rules! writes {
    ($tag:literal; $( $(#[doc = $doc:literal])+ $name:ident: $method:ident $path:literal => $command:ty; )+) => {
        $(
            #[utoipa::path(
                $method, path = $path, tag = $tag, impl_for = $name, request_body = $command,
                responses((status = 201, description = "Recorded.", body = $crate::edge::rest::receipt::ReceiptBody))
            )]
            $(#[doc = $doc])+
            #[actix_web::$method($path)]
            pub async fn $name(
                submission: $crate::edge::rest::submission::Submission<$command>,
            ) -> Result<actix_web::HttpResponse, $crate::edge::problem::Problem> {
                submission.execute().await
            }
        )+

        /// Registers these endpoints.
        pub fn writes(routes: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
            $( routes.service($name); )+
        }
    };
}
pub(super) use writes;
