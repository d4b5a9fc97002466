#pragma once

#include <string>

namespace paceline::text {

/// Empties a string and frees its memory. Assigning an empty string would keep the memory.
inline void release_memory(std::string& text) noexcept {
  std::string().swap(text);
}

}  // namespace paceline::text
