#pragma once

#include <memory>
#include <string_view>

#include <paceline/api.h>
#include <paceline/message.h>

namespace paceline::workload {

/// The kind of a request to `url`; chat if the URL is of no known kind.
ApiKind kind_of(std::string_view url);

/// The headers of a JSON request to `api`.
std::shared_ptr<const HeaderList> json_request_headers(const Api& api);

}  // namespace paceline::workload
