#include <gtest/gtest.h>
#include <paceline/http/content_decoder.h>
#include <zlib.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "compressed.h"

namespace paceline::http {
namespace {

using DecoderState = ContentDecoder::State;

class ContentDecoderTest : public testing::Test {
 protected:
  /// What comes of data that is given in pieces of so many bytes.
  DecoderState decode(std::string_view encoding, std::string_view data, std::size_t size) {
    decoder_ = ContentDecoder::make(encoding);
    text_.clear();
    for (std::size_t i = 0; i < data.size(); i += size) {
      const DecoderState state =
          decoder_->take(data.substr(i, size), [this](std::string_view piece) {
            text_ += piece;
            return text_.size() < most_;
          });
      if (state != DecoderState::reading) return state;
    }
    return DecoderState::reading;
  }

  std::unique_ptr<ContentDecoder> decoder_;
  std::string text_;
  std::size_t most_ = 10U << 20U;
};

std::string long_text() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919) + ' ';
  return text;
}

TEST_F(ContentDecoderTest, PiecesMayBeCutAnywhere) {
  const std::string text = long_text();
  for (const std::size_t size : {1UL, 7UL, 1'000UL, 10'000'000UL}) {
    EXPECT_EQ(decode("gzip", gzip(text), size), DecoderState::reading);
    EXPECT_EQ(text_, text) << size;
    EXPECT_TRUE(decoder_->is_whole());
    EXPECT_EQ(decode("Deflate", compress(text, MAX_WBITS), size), DecoderState::reading);
    EXPECT_EQ(text_, text) << size;
    EXPECT_EQ(decode("BR", brotli(text), size), DecoderState::reading);
    EXPECT_EQ(text_, text) << size;
    EXPECT_TRUE(decoder_->is_whole());
    EXPECT_EQ(decode("deflate", compress(text, -MAX_WBITS), size), DecoderState::reading);
    EXPECT_EQ(text_, text) << size;
    EXPECT_TRUE(decoder_->is_whole());
  }
}

TEST_F(ContentDecoderTest, APieceIsDecodedAsSoonAsItIsThere) {
  const std::string data = gzip("one", Z_SYNC_FLUSH);
  EXPECT_EQ(decode("x-gzip", data, data.size()), DecoderState::reading);
  EXPECT_EQ(text_, "one");
  EXPECT_FALSE(decoder_->is_whole());
  const std::string flushed = brotli("one", BROTLI_OPERATION_FLUSH);
  EXPECT_EQ(decode("br", flushed, flushed.size()), DecoderState::reading);
  EXPECT_EQ(text_, "one");
  EXPECT_FALSE(decoder_->is_whole());
  // More than is decoded at once.
  const std::string text = long_text().substr(0, 20'800);
  const std::string longer = brotli(text, BROTLI_OPERATION_FLUSH);
  EXPECT_EQ(decode("br", longer, longer.size()), DecoderState::reading);
  EXPECT_EQ(text_, text);
}

TEST_F(ContentDecoderTest, MembersMayFollowAndPaddingIsNone) {
  // No member follows padding.
  const std::string data = gzip("one") + gzip("two") + std::string(100, '\0') + gzip("three");
  for (const std::size_t size : {1UL, 1'000UL}) {
    EXPECT_EQ(decode("gzip", data, size), DecoderState::reading);
    EXPECT_EQ(text_, "onetwo");
    EXPECT_TRUE(decoder_->is_whole());
  }
}

TEST_F(ContentDecoderTest, ABombIsCutOff) {
  most_ = 100'000;
  const std::string bomb = gzip(std::string(50'000'000, '0'));
  EXPECT_EQ(decode("gzip", bomb, bomb.size()), DecoderState::refused);
  EXPECT_LT(text_.size(), most_ + 20'000);
  const std::string smaller_bomb = brotli(std::string(50'000'000, '0'));
  EXPECT_LT(smaller_bomb.size(), 1'000U);
  EXPECT_EQ(decode("br", smaller_bomb, smaller_bomb.size()), DecoderState::refused);
  EXPECT_LT(text_.size(), most_ + 20'000);
}

TEST_F(ContentDecoderTest, ItsMemoryIsKnownAndBounded) {
  most_ = 100U << 20U;
  const std::string text(50'000'000, '0');
  for (const char* encoding : {"gzip", "br"}) {
    const bool is_gzip = std::string(encoding) == "gzip";
    EXPECT_EQ(decode(encoding, is_gzip ? gzip(text) : brotli(text), 100), DecoderState::reading);
    EXPECT_TRUE(decoder_->is_whole());
    EXPECT_GT(decoder_->held(), is_gzip ? 32U << 10U : 16U << 20U) << encoding;
    EXPECT_LT(decoder_->held(), is_gzip ? 128U << 10U : 18U << 20U) << encoding;
  }
}

TEST_F(ContentDecoderTest, OtherDataIsBroken) {
  EXPECT_EQ(decode("gzip", R"({"choices":[]})", 100), DecoderState::broken);
  std::string data = gzip(long_text());
  data[data.size() / 2] ^= 0x55;
  EXPECT_EQ(decode("gzip", data, 1'000), DecoderState::broken);
  EXPECT_EQ(decode("gzip", gzip("one").substr(0, 12), 100), DecoderState::reading);
  EXPECT_FALSE(decoder_->is_whole());
  for (const char* encoding : {"gzip", "br"}) {
    EXPECT_EQ(decode(encoding, "", 1), DecoderState::reading);
    EXPECT_TRUE(decoder_->is_whole());
  }
  EXPECT_EQ(decode("br", R"({"choices":[]})", 100), DecoderState::broken);
  EXPECT_EQ(decode("br", brotli("one") + "more", 100), DecoderState::broken);
  EXPECT_EQ(decode("br", brotli("one") + "more", 1), DecoderState::broken);
  const std::string cut = brotli(long_text());
  EXPECT_EQ(decode("br", cut.substr(0, cut.size() - 1), 100), DecoderState::reading);
  EXPECT_FALSE(decoder_->is_whole());
}

TEST_F(ContentDecoderTest, OtherEncodingsAreNone) {
  for (const char* encoding : {"zstd", "brotli", "gzip, gzip", "compress", "gzipp"}) {
    EXPECT_EQ(ContentDecoder::make(encoding), nullptr) << encoding;
    EXPECT_FALSE(ContentDecoder::is_none(encoding)) << encoding;
  }
  EXPECT_TRUE(ContentDecoder::is_none(""));
  EXPECT_TRUE(ContentDecoder::is_none("Identity"));
}

}  // namespace
}  // namespace paceline::http
