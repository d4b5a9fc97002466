#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

namespace paceline::endpoint {

/// Compresses one text in the format of gzip (RFC 1952), part by part. Takes 32 kB of memory.
class GzipStream {
 public:
  /// Throws std::bad_alloc if out of memory.
  GzipStream();

  /// Appends to `out` all bytes that a client needs to decode the text up to the end of `part`.
  void add(std::string_view part, std::string& out) { deflate(part, Z_SYNC_FLUSH, out); }
  /// Appends the end of the compressed text. The last call.
  void finish(std::string_view part, std::string& out) { deflate(part, Z_FINISH, out); }

 private:
  struct End {
    void operator()(z_stream* stream) const;
  };

  void deflate(std::string_view part, int flush, std::string& out);

  std::unique_ptr<z_stream, End> stream_;
};

}  // namespace paceline::endpoint
