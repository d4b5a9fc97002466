#pragma once

#include <memory>

#include <paceline/api.h>
#include <paceline/message.h>

namespace paceline {

/// The headers of a JSON request to `api`.
std::shared_ptr<const HeaderList> json_request_headers(const Api& api);

}  // namespace paceline
