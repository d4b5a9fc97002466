#pragma once

#include <optional>
#include <string_view>

#include <paceline/error.h>

namespace paceline::http {

/// Why a libcurl of that version, such as 0x075801 for 7.88.1, would sign requests to a URL with
/// this path and this query by AWS Signature Version 4 in a way that AWS does not accept. Nothing:
/// AWS accepts the signature. Error: not_signed.
std::optional<Error> why_not_signable(std::string_view path, std::string_view query,
                                      unsigned libcurl);

}  // namespace paceline::http
