#pragma once

#include <string>

namespace paceline {

/// Empties a text and frees its memory. To assign an empty string keeps that memory.
inline void release_memory(std::string& text) noexcept {
  std::string().swap(text);
}

}  // namespace paceline
