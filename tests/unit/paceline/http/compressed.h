#pragma once

#include <zlib.h>

#include <string>

namespace paceline::http {

/// As zlib compresses; `window_bits` says in which format.
inline std::string compress(const std::string& text, int window_bits, int flush = Z_FINISH) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string data(text.size() + 1'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(data.data());
  stream.avail_out = static_cast<uInt>(data.size());
  deflate(&stream, flush);
  data.resize(stream.total_out);
  deflateEnd(&stream);
  return data;
}

inline std::string gzip(const std::string& text, int flush = Z_FINISH) {
  constexpr int with_gzip_header = 16;
  return compress(text, MAX_WBITS + with_gzip_header, flush);
}

}  // namespace paceline::http
