//! `/v1/persons/{person_id}/exceptions`.

use care_path::path::exception::{DecideException, RequestException};

use crate::edge::rest::macros::writes;

writes! { "Exceptions";
    /// Requests an exception, such as a longer stay
    request_exception: post "/v1/persons/{person_id}/exceptions" => RequestException;

    /// Decides on an exception
    decide_exception: post "/v1/persons/{person_id}/exceptions/{exception_id}/decision" => DecideException;
}
