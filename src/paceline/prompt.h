#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace paceline {

/// Where each request gets text that no other one has, so that no cache answers for the model.
enum class Nonce {
  none,
  /// Nothing of the prompt is found in a prefix cache.
  start,
  /// Only whole responses are not found in a cache.
  end,
};

/// What a language model is asked.
struct Prompt {
  /// Empty: none.
  std::string system = "You are an expert Spanish to English translator";
  /// Each {n} becomes the item's number.
  std::string text = "Translate: sentence #{n}: Esta es una prueba básica de traducción.";
  Nonce nonce = Nonce::start;
  /// Before all else, about so many tokens that are the same in every request of every run: for
  /// those who want the hit of a prefix cache.
  std::size_t shared_prefix_tokens = 0;
  /// More than 0: instead of system, text and nonce, about so many tokens of the item's own.
  std::size_t synthetic_tokens = 0;
};

}  // namespace paceline
