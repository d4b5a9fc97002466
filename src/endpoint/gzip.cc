#include <endpoint/gzip.h>

#include <new>

namespace paceline::endpoint {

GzipStream::GzipStream() {
  // Compression must be fast and take little memory, because an endpoint may have thousands of
  // streams.
  constexpr int level = 1;
  constexpr int window_bits = 12;
  constexpr int gzip_format = 16;
  constexpr int memory_level = 5;
  auto stream = std::make_unique<z_stream>();
  if (deflateInit2(stream.get(), level, Z_DEFLATED, window_bits + gzip_format, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  stream_.reset(stream.release());
}

void GzipStream::End::operator()(z_stream* stream) const {
  deflateEnd(stream);
  std::default_delete<z_stream>()(stream);
}

void GzipStream::deflate(std::string_view part, int flush, std::string& out) {
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
  stream_->avail_in = static_cast<uInt>(part.size());
  do {
    constexpr std::size_t step = 4096;
    const std::size_t size = out.size();
    out.resize(size + step);
    stream_->next_out = reinterpret_cast<Bytef*>(out.data() + size);
    stream_->avail_out = step;
    ::deflate(stream_.get(), flush);
    out.resize(out.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
}

}  // namespace paceline::endpoint
