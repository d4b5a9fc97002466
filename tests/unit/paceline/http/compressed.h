#pragma once

#include <brotli/encode.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
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

/// In br, with a window of 16 MiB.
inline std::string brotli(const std::string& text,
                          BrotliEncoderOperation operation = BROTLI_OPERATION_FINISH) {
  BrotliEncoderState* encoder = BrotliEncoderCreateInstance(nullptr, nullptr, nullptr);
  BrotliEncoderSetParameter(encoder, BROTLI_PARAM_QUALITY, 5);
  BrotliEncoderSetParameter(encoder, BROTLI_PARAM_LGWIN, BROTLI_MAX_WINDOW_BITS);
  std::string data(text.size() + 1'000, '\0');
  const auto* next_in = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t in = text.size();
  auto* next_out = reinterpret_cast<std::uint8_t*>(data.data());
  std::size_t room = data.size();
  BrotliEncoderCompressStream(encoder, operation, &in, &next_in, &room, &next_out, nullptr);
  data.resize(data.size() - room);
  BrotliEncoderDestroyInstance(encoder);
  return data;
}

}  // namespace paceline::http
