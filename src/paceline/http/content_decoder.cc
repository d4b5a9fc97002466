#include <brotli/decode.h>
#include <paceline/http/content_decoder.h>
#include <paceline/text/strings.h>
#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace paceline::http {
namespace {

constexpr std::size_t decoded_at_once = 16'384;

/// The memory that a C library has allocated through it.
class CountedMemory {
 public:
  std::size_t held() const { return held_; }

  /// nullptr if there is no memory.
  void* allocate(std::size_t size) {
    auto* block = static_cast<std::max_align_t*>(std::malloc(size + sizeof(std::max_align_t)));
    if (block == nullptr) return nullptr;
    // The libraries do not say the size when they free the block.
    *reinterpret_cast<std::size_t*>(block) = size;
    held_ += size;
    return block + 1;
  }
  void free(void* memory) {
    if (memory == nullptr) return;
    auto* block = static_cast<std::max_align_t*>(memory) - 1;
    held_ -= *reinterpret_cast<std::size_t*>(block);
    std::free(block);
  }

 private:
  std::size_t held_ = 0;
};

/// Decodes gzip and deflate.
class ZlibDecoder : public ContentDecoder {
 public:
  explicit ZlibDecoder(bool may_be_raw) : may_be_raw_(may_be_raw) {
    stream_.opaque = &memory_;
    stream_.zalloc = [](void* memory, uInt items, uInt size) {
      return static_cast<CountedMemory*>(memory)->allocate(std::size_t{items} * size);
    };
    stream_.zfree = [](void* memory, void* block) {
      static_cast<CountedMemory*>(memory)->free(block);
    };
  }
  ~ZlibDecoder() override {
    if (is_open_) inflateEnd(&stream_);
  }
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;

  State take(std::string_view piece, const OnBody& on_body) override;
  bool is_whole() const override { return !has_begun_ || is_at_end_; }
  std::size_t held() const override { return sizeof *this + memory_.held(); }

 private:
  bool begin(unsigned char first);
  bool begin_next_member();

  CountedMemory memory_;
  /// "deflate" should have zlib's header but often lacks it.
  bool may_be_raw_;
  bool has_begun_ = false;
  bool is_at_end_ = false;
  /// Whether padding follows the end. No further member is read then.
  bool is_padding_ = false;
  bool is_open_ = false;
  z_stream stream_{};
  std::array<char, decoded_at_once> decoded_;
};

bool ZlibDecoder::begin(unsigned char first) {
  has_begun_ = true;
  // zlib's header begins with method 8 and a window of at most 32 kB.
  const bool has_header = !may_be_raw_ || (first & 0x8F) == 8;
  constexpr int either_header = 32;
  is_open_ = inflateInit2(&stream_, has_header ? MAX_WBITS + either_header : -MAX_WBITS) == Z_OK;
  return is_open_;
}

ContentDecoder::State ZlibDecoder::take(std::string_view piece, const OnBody& on_body) {
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

bool ZlibDecoder::begin_next_member() {
  constexpr Bytef magic = 0x1F;
  if (stream_.avail_in == 0) return false;
  is_padding_ = is_padding_ || may_be_raw_ || *stream_.next_in != magic;
  if (is_padding_) return false;
  is_at_end_ = false;
  return inflateReset(&stream_) == Z_OK;
}

/// Decodes br (RFC 7932).
class BrotliDecoder : public ContentDecoder {
 public:
  BrotliDecoder()
      : decoder_(BrotliDecoderCreateInstance(
            [](void* memory, std::size_t size) {
              return static_cast<CountedMemory*>(memory)->allocate(size);
            },
            [](void* memory, void* block) { static_cast<CountedMemory*>(memory)->free(block); },
            &memory_)) {}

  State take(std::string_view piece, const OnBody& on_body) override;
  bool is_whole() const override { return !has_begun_ || is_at_end_; }
  std::size_t held() const override { return sizeof *this + memory_.held(); }

 private:
  struct Destroy {
    void operator()(BrotliDecoderState* decoder) const { BrotliDecoderDestroyInstance(decoder); }
  };

  CountedMemory memory_;
  std::unique_ptr<BrotliDecoderState, Destroy> decoder_;
  bool has_begun_ = false;
  bool is_at_end_ = false;
  std::array<std::uint8_t, decoded_at_once> decoded_;
};

ContentDecoder::State BrotliDecoder::take(std::string_view piece, const OnBody& on_body) {
  if (piece.empty()) return State::reading;
  if (decoder_ == nullptr || is_at_end_) return State::broken;
  has_begun_ = true;
  const auto* next = reinterpret_cast<const std::uint8_t*>(piece.data());
  std::size_t left = piece.size();
  BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
  // The library may ask for input while it has more output than there was room for.
  while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT ||
         BrotliDecoderHasMoreOutput(decoder_.get()) != BROTLI_FALSE) {
    std::uint8_t* out = decoded_.data();
    std::size_t room = decoded_.size();
    result = BrotliDecoderDecompressStream(decoder_.get(), &left, &next, &room, &out, nullptr);
    const std::size_t length = decoded_.size() - room;
    if (length > 0 && !on_body({reinterpret_cast<const char*>(decoded_.data()), length})) {
      return State::refused;
    }
  }
  is_at_end_ = result == BROTLI_DECODER_RESULT_SUCCESS;
  const bool is_read = result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT || is_at_end_;
  return is_read && left == 0 ? State::reading : State::broken;
}

}  // namespace

bool ContentDecoder::is_none(std::string_view encoding) {
  return encoding.empty() || text::equals_ignoring_case(encoding, "identity") ||
         text::equals_ignoring_case(encoding, "none");
}

std::unique_ptr<ContentDecoder> ContentDecoder::make(std::string_view encoding) {
  const auto is = [encoding](std::string_view name) {
    return text::equals_ignoring_case(encoding, name);
  };
  if (is("gzip") || is("x-gzip")) return std::make_unique<ZlibDecoder>(false);
  if (is("deflate")) return std::make_unique<ZlibDecoder>(true);
  if (is("br")) return std::make_unique<BrotliDecoder>();
  return nullptr;
}

}  // namespace paceline::http
