#pragma once

#include <string>

namespace paceline {

/// An OpenAI-compatible API.
struct Api {
  /// Base URL with its version, such as "https://api.openai.com/v1".
  std::string url;
  /// Sent as a bearer token; empty: no Authorization header. Appears in no error.
  std::string key;
};

/// The requests of it that are understood.
enum class ApiKind {
  /// POST {url}/chat/completions
  chat,
  /// POST {url}/responses
  responses,
  /// POST {url}/embeddings
  embeddings,
};

}  // namespace paceline
