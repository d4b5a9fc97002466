#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

/// JSON of ASCII characters alone, so that it can be cut anywhere.
struct JsonResponse {
  std::string text;
  /// Inside a string whose length and words are free.
  std::optional<std::size_t> free_place;

  /// Puts words into the free place, if there is one, so that the text has `size` bytes. Never
  /// makes it shorter.
  void lengthen(std::size_t size);
};

/// A small JSON object, for requests that ask for JSON without a schema.
JsonResponse plain_json_response();

/// Appends `bytes` bytes of words.
void append_filling(std::size_t bytes, std::string& out);
/// Appends JSON with what is not ASCII, which only strings can hold, as \u escapes.
void append_as_ascii(std::string_view json, std::string& out);

}  // namespace paceline
