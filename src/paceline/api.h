#pragma once

#include <optional>
#include <string>
#include <vector>

#include <paceline/error.h>

namespace paceline {

/// The form in which requests carry the key.
enum class Auth {
  /// x_api_key for messages, otherwise bearer.
  automatic,
  /// "Authorization: Bearer KEY"
  bearer,
  /// "api-key: KEY", as Azure expects it.
  api_key,
  /// "x-api-key: KEY", as Anthropic expects it.
  x_api_key,
  /// "Authorization: Basic ...", for a key of the form USER:PASSWORD.
  basic,
  /// Signed by AWS Signature Version 4, for a key of the form ACCESS_KEY_ID:SECRET. Only the
  /// transport `curl` signs.
  aws_sigv4,
  /// Requests do not carry the key.
  none,
};

/// An API of language models.
struct Api {
  /// Base URL with its version, such as "https://api.openai.com/v1".
  std::string url{};
  /// Empty: requests carry no key. The gate removes the key from all text that is shown or stored.
  std::string key{};
  /// The form of the key.
  Auth auth = Auth::automatic;
  /// For Auth::aws_sigv4: "REGION:SERVICE", such as "us-east-1:bedrock". Empty: as the host says,
  /// such as bedrock-runtime.us-east-1.amazonaws.com.
  std::string aws_scope{};
  /// Headers of every request, such as "x-team: 7". A header replaces paceline's own of that name.
  std::vector<std::string> headers{};
  /// A JSON object that is merged into each body (RFC 7396): a value replaces the field, and null
  /// removes the field. Empty: no change. Batch files are sent unchanged.
  std::string body_patch{};
};

/// Checks the headers, the patch and the signature. Returns nothing if all of them can be used.
/// Errors: invalid_value, aws_scope_unknown.
std::optional<Error> find_error(const Api& api);

/// A kind of request to such an API.
enum class ApiKind {
  /// POST {url}/chat/completions
  chat,
  /// POST {url}/completions
  completions,
  /// POST {url}/responses
  responses,
  /// POST {url}/messages, Anthropic's API
  messages,
  /// POST {url}/embeddings
  embeddings,
  /// POST {url}/rerank
  rerank,
};

}  // namespace paceline
