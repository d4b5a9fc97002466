#include <endpoint/image.h>
#include <endpoint/request_reader.h>
#include <gtest/gtest.h>
#include <paceline/text/strings.h>

#include <string>
#include <string_view>

#include "images.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

std::optional<ImageSize> size_of(const std::string& bytes) {
  const std::string base64 = base64_of(bytes);
  EXPECT_TRUE(is_base64(base64));
  return size_of_image(base64);
}

TEST(Image, HasTheSizeOfItsPngHeader) {
  const auto size = size_of(png_header(1234, 70'000));
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 1234U);
  EXPECT_EQ(size->height, 70'000U);
  EXPECT_FALSE(size_of(png_header(0, 5)));
  EXPECT_FALSE(size_of(png_header(5, 5).substr(0, 20)));
}

TEST(Image, HasTheSizeOfItsJpegFrame) {
  for (const std::size_t comment : {0U, 1U, 2U, 40'000U}) {
    const auto size = size_of(jpeg_header(640, 480, comment));
    ASSERT_TRUE(size) << comment;
    EXPECT_EQ(size->width, 640U);
    EXPECT_EQ(size->height, 480U);
  }
  EXPECT_FALSE(size_of(jpeg_header(640, 480, 5).substr(0, 12)));
  EXPECT_FALSE(size_of("\xff\xd8\xff\xff\xff"));
  EXPECT_FALSE(size_of(std::string("\xff\xd8\xff\xe0\0\0\xff", 7)));
}

TEST(Image, HasNoSizeInOtherFormats) {
  EXPECT_FALSE(size_of("GIF89a\x01\x02\x03\x04"));
  EXPECT_FALSE(size_of("a"));
  EXPECT_FALSE(size_of("\x89PNG\r\n\x1a\nIHDR----------------"));
}

TEST(Image, IsBase64) {
  for (const char* good : {"YQ==", "YQ", "YWI=", "YWJj", "+/+/"}) EXPECT_TRUE(is_base64(good));
  for (const char* bad : {"", "=", "Y", "YWJjZ", "Y Q=", "YQ==YQ==", "YW-_", "YQ===", "\n"}) {
    EXPECT_FALSE(is_base64(bad)) << bad;
  }
}

TEST(Image, CountsTiles) {
  // The examples of OpenAI's documentation.
  EXPECT_EQ(tokens_of_image({1024, 1024}), 765U);
  EXPECT_EQ(tokens_of_image({2048, 4096}), 1105U);
  EXPECT_EQ(tokens_of_image({1, 1}), 255U);
  EXPECT_EQ(tokens_of_image({512, 512}), 255U);
  EXPECT_EQ(tokens_of_image({513, 512}), 425U);
  EXPECT_EQ(tokens_of_image({768, 768}), 765U);
  // Scaled to 2048 x 1024 and then to 1536 x 768.
  EXPECT_EQ(tokens_of_image({4096, 2048}), 1105U);
  EXPECT_EQ(tokens_of_image({4'000'000'000, 1}), 85U + 4 * 170);
}

class ImagesOfPrompts : public testing::Test {
 protected:
  using Read = std::optional<ApiError> (RequestReader::*)(std::string&, Generation&);

  std::size_t tokens(Read read, std::string body) {
    Generation response;
    const auto error = (reader_.*read)(body, response);
    EXPECT_FALSE(error) << body << error->message;
    cached_ = response.cached_tokens;
    return response.prompt_tokens;
  }
  ApiError refusal(Read read, std::string body) {
    Generation response;
    const auto error = (reader_.*read)(body, response);
    EXPECT_TRUE(error) << body;
    return error.value_or(ApiError{200, ""});
  }

  static std::string chat(const std::string& image) {
    return R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"1234"},)" +
           image + "]}]}";
  }
  static std::string chat_url(const std::string& url, const std::string& more = "") {
    return chat(R"({"type":"image_url","image_url":{"url":")" + url + "\"" + more + "}}");
  }
  static std::string message(const std::string& source) {
    return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[)"
           R"({"type":"text","text":"1234"},{"type":"image","source":)" +
           source + "}]}]}";
  }

  std::size_t cached_ = 0;

 private:
  RequestReader reader_{LengthModel::fixed(16)};
};

// Three tokens before the response, three around the message, and one of text.
constexpr std::size_t others = 7;

TEST_F(ImagesOfPrompts, CountInEachApi) {
  const std::string base64 = base64_of(png_header(1024, 1024));
  const std::string url = "data:image/png;base64," + base64;
  EXPECT_EQ(tokens(&RequestReader::read_chat, chat_url(url)), others + 765);
  EXPECT_EQ(tokens(&RequestReader::read_chat, chat_url(url, R"(,"detail":"high")")), others + 765);
  EXPECT_EQ(tokens(&RequestReader::read_chat, chat_url(url, R"(,"detail":"low")")), others + 85);
  EXPECT_EQ(tokens(&RequestReader::read_chat, chat_url("https://a/b.png")), others + 255);
  EXPECT_EQ(tokens(&RequestReader::read_responses,
                   R"({"model":"m","input":[{"role":"user","content":[)"
                   R"({"type":"input_text","text":"1234"},{"type":"input_image","image_url":")" +
                       url + R"(","detail":"auto"}]}]})"),
            others + 765);
  EXPECT_EQ(
      tokens(&RequestReader::read_messages,
             message(R"({"type":"base64","media_type":"image/png","data":")" + base64 + "\"}")),
      others + 765);
  EXPECT_EQ(tokens(&RequestReader::read_messages, message(R"({"type":"url","url":"https://a/b"})")),
            others + 255);
  EXPECT_EQ(tokens(&RequestReader::read_messages,
                   R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[)"
                   R"({"type":"tool_result","tool_use_id":"a","content":[{"type":"text",)"
                   R"("text":"1234"},{"type":"image","source":{"type":"base64","data":")" +
                       base64 + R"("}}]}]}]})"),
            others + 765);
}

TEST_F(ImagesOfPrompts, AreFoundInTheCache) {
  const std::string one = chat_url("data:image/png;base64," + base64_of(png_header(512, 512)));
  const std::string other = chat_url("data:image/png;base64," + base64_of(png_header(512, 511)));
  EXPECT_EQ(tokens(&RequestReader::read_chat, one), others + 255);
  EXPECT_EQ(cached_, 0U);
  EXPECT_EQ(tokens(&RequestReader::read_chat, one), others + 255);
  EXPECT_EQ(cached_, 256U);
  EXPECT_EQ(tokens(&RequestReader::read_chat, other), others + 255);
  EXPECT_EQ(cached_, 0U);
}

TEST_F(ImagesOfPrompts, AreRefusedIfBroken) {
  for (const char* url : {"data:image/png;base64,", "data:image/png;base64,?", "data:image/png,a",
                          "data:text/plain;base64,YQ==", "ftp://a", "data:", ""}) {
    const auto error = refusal(&RequestReader::read_chat, chat_url(url));
    EXPECT_EQ(error.status, 400U) << url;
    EXPECT_EQ(error.param, "image_url") << url;
    EXPECT_EQ(error.code, "invalid_value") << url;
    EXPECT_TRUE(error.message.starts_with("Invalid 'image_url'. Expected a base64-")) << url;
  }
  const auto no_image = refusal(&RequestReader::read_chat, chat_url("data:image/gif;base64,YQ=="));
  EXPECT_EQ(no_image.code, "invalid_image_format");
  EXPECT_EQ(refusal(&RequestReader::read_chat, chat(R"({"type":"image_url","image_url":{}})")).code,
            "missing_required_parameter");
  EXPECT_EQ(refusal(&RequestReader::read_chat, chat(R"({"type":"image_url","image_url":1})")).code,
            "invalid_type");
}

TEST_F(ImagesOfPrompts, AreRefusedInTheWordsOfAnthropic) {
  EXPECT_EQ(refusal(&RequestReader::read_messages, message(R"({"type":"base64"})")).message,
            "image.source.base64: image cannot be empty");
  EXPECT_EQ(
      refusal(&RequestReader::read_messages, message(R"({"type":"base64","data":"?"})")).message,
      "image.source.base64: invalid base64 data");
  EXPECT_EQ(
      refusal(&RequestReader::read_messages, message(R"({"type":"base64","data":"YQ=="})")).message,
      "Could not process image");
}

TEST(EndpointImages, AreRefusedByStatus400) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, R"({"model":"m","messages":[{"role":"user","content":[{"type":)"
                                    R"("image_url","image_url":{"url":"data:image/png;base64,YQ"}})"
                                    R"(]}]})"),
            400);
  EXPECT_NE(visitor.body.find(R"("code":"invalid_image_format")"), std::string::npos)
      << visitor.body;
}

}  // namespace
}  // namespace paceline::endpoint
