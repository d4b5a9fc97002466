#include <paceline/http/content_decoder.h>
#include <paceline/text/ascii_case.h>

namespace paceline::http {
bool ContentDecoder::is_none(std::string_view encoding) {
  return encoding.empty() || text::equals_ignoring_case(encoding, "identity") ||
         text::equals_ignoring_case(encoding, "none");
}

std::unique_ptr<ContentDecoder> ContentDecoder::make(std::string_view encoding) {
  if (text::equals_ignoring_case(encoding, "gzip") ||
      text::equals_ignoring_case(encoding, "x-gzip")) {
    return std::make_unique<ContentDecoder>(false);
  }
  if (text::equals_ignoring_case(encoding, "deflate"))
    return std::make_unique<ContentDecoder>(true);
  return nullptr;
}

ContentDecoder::ContentDecoder(bool may_be_raw) : may_be_raw_(may_be_raw) {}

ContentDecoder::~ContentDecoder() {
  if (is_open_) inflateEnd(&stream_);
}

bool ContentDecoder::begin(unsigned char first) {
  has_begun_ = true;
  // zlib's header begins with method 8 and a window of at most 32 kB.
  const bool has_header = !may_be_raw_ || (first & 0x8F) == 8;
  constexpr int either_header = 32;
  is_open_ = inflateInit2(&stream_, has_header ? MAX_WBITS + either_header : -MAX_WBITS) == Z_OK;
  return is_open_;
}

ContentDecoder::State ContentDecoder::take(std::string_view piece, const OnBody& on_body) {
  if (piece.empty()) return State::reading;
  if (!has_begun_ && !begin(static_cast<unsigned char>(piece.front()))) return State::broken;
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  stream_.avail_in = static_cast<uInt>(piece.size());
  do {
    if (is_at_end_ && !begin_next_member()) return State::reading;
    stream_.next_out = reinterpret_cast<Bytef*>(decoded_.data());
    stream_.avail_out = static_cast<uInt>(decoded_.size());
    const int status = inflate(&stream_, Z_SYNC_FLUSH);
    const std::size_t length = decoded_.size() - stream_.avail_out;
    if (length > 0 && !on_body({decoded_.data(), length})) return State::refused;
    if (status == Z_BUF_ERROR) return State::reading;
    if (status != Z_OK && status != Z_STREAM_END) return State::broken;
    is_at_end_ = status == Z_STREAM_END;
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return State::reading;
}

// Other bytes after the end are padding.
bool ContentDecoder::begin_next_member() {
  constexpr Bytef magic = 0x1F;
  if (may_be_raw_ || stream_.avail_in == 0 || *stream_.next_in != magic) return false;
  is_at_end_ = false;
  return inflateReset(&stream_) == Z_OK;
}

}  // namespace paceline::http
