#pragma once

#include <memory>
#include <string>

#include <paceline/workload.h>

namespace paceline {

/// The same request over and over, to any URL; a response of status 200 to 299 is a success.
struct PlainHttp {
  std::string url{};
  Method method = Method::get;
  /// Sent with POST.
  std::string body{};
  std::string content_type = "application/json";
};

/// Its runs are called http/get or http/post.
std::unique_ptr<Workload> make_workload(PlainHttp plain);

}  // namespace paceline
