#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace paceline {

/// Where to insert a unique nonce that defeats caches.
enum class Nonce {
  none,
  /// Defeats caches of prefixes and of responses.
  start,
  /// Defeats caches of responses only.
  end,
};

/// The prompt of a language model.
struct Prompt {
  /// System message; empty: none.
  std::string system = "You are an expert Spanish to English translator";
  /// User message. Each {n} becomes the item's number.
  std::string text = "Translate: sentence #{n}: Esta es una prueba básica de traducción.";
  /// Where each request gets a unique nonce.
  Nonce nonce = Nonce::start;
  /// Length of a prefix that is the same in every request of every run, to measure hits of a prefix
  /// cache. Approximate; 0: no prefix.
  std::size_t shared_prefix_tokens = 0;
  /// Length of a synthetic text, unique to the item, that replaces `system`, `text` and `nonce`.
  /// Approximate; 0: no synthetic text.
  std::size_t synthetic_tokens = 0;
};

}  // namespace paceline
