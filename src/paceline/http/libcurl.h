#pragma once

namespace paceline::http {

/// Initializes libcurl, once in a program. Call this before any other function of libcurl, because
/// libcurl does not initialize itself safely while several threads use it. For any thread.
void init_libcurl();

}  // namespace paceline::http
