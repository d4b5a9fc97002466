#pragma once

#include <string>

namespace paceline {

/// An OpenAI-compatible API.
struct Api {
  /// Base URL with its version, such as "https://api.openai.com/v1".
  std::string url;
  /// Sent as a bearer token; empty: no Authorization header. The gate removes the key from all
  /// text that is shown or stored.
  std::string key;
};

/// A kind of request to such an API.
enum class ApiKind {
  /// POST {url}/chat/completions
  chat,
  /// POST {url}/responses
  responses,
  /// POST {url}/embeddings
  embeddings,
};

}  // namespace paceline
