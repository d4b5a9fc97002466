#pragma once

#include <gtest/gtest.h>
#include <paceline/endpoint.h>

#include <chrono>
#include <memory>
#include <utility>

namespace paceline {

/// Options of an endpoint whose streams send all their tokens at once.
inline EndpointOptions at_once() {
  return {.token_time = std::chrono::nanoseconds(0)};
}

/// Starts an endpoint; null, with a failure of the test, if that fails.
inline std::unique_ptr<Endpoint> started(EndpointOptions options = at_once()) {
  auto endpoint = std::make_unique<Endpoint>(std::move(options));
  if (const auto error = endpoint->start()) {
    ADD_FAILURE() << error->message;
    return nullptr;
  }
  return endpoint;
}

}  // namespace paceline
