#pragma once

#include <memory>
#include <string>

#include <paceline/workload/workload.h>

namespace paceline {

/// An OpenAI-compatible API.
struct Api {
  /// Base URL with its version, such as "https://api.openai.com/v1".
  std::string url;
  /// Sent as a bearer token; empty: no Authorization header. Appears in no error.
  std::string key;
};

/// A chat completion (POST {url}/chat/completions), the whole reply at once.
struct Chat {
  std::string model = "gpt-4o-mini";
  std::string system = "You are an expert Spanish to English translator";
  /// Each {n} becomes the slot's number: a nonce, so that no cache answers for the model.
  std::string prompt = "Translate: sentence #{n}: Esta es una prueba básica de traducción.";
  double temperature = 0;
  /// 0: not sent, the server decides.
  std::uint64_t max_tokens = 0;
};

/// A reply succeeds when its status is 200 to 299 and it is JSON with choices.
std::unique_ptr<Workload> make_workload(const Api& api, const Chat& chat);

}  // namespace paceline
