#pragma once

#include <memory>
#include <string>
#include <vector>

#include <paceline/workload.h>

namespace paceline {

/// Repeats one request to any URL. A response with a status from 200 to 299 is a success.
struct PlainHttp {
  /// The URL, with its scheme.
  std::string url{};
  /// The method.
  Method method = Method::get;
  /// The body of a POST request.
  std::string body{};
  /// The header Content-Type of a POST request.
  std::string content_type = "application/json";
  /// Headers of every request, as in Api.
  std::vector<std::string> headers{};
};

/// The runs are called http/get or http/post.
std::unique_ptr<Workload> make_workload(PlainHttp plain);

}  // namespace paceline
