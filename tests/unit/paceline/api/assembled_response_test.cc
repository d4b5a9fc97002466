#include <gtest/gtest.h>
#include <paceline/api/assembled_response.h>
#include <simdjson.h>

#include <initializer_list>
#include <string>

namespace paceline::api {
namespace {

/// The JSON of these deltas together.
AssembledResponse assembled(std::initializer_list<std::string> deltas) {
  AssembledResponse response;
  response.begin(Json::object());
  simdjson::dom::parser parser;
  for (const std::string& delta : deltas)
    response.merge(parser.parse(delta).get_object(), response.whole());
  return response;
}

std::string joined(std::initializer_list<std::string> deltas) {
  return json_text(assembled(deltas).whole());
}

TEST(AssembledResponseTest, JoinsTextsAndReplacesOtherValues) {
  EXPECT_EQ(joined({R"({"id":"a","text":"x","n":1,"d":0.5,"ok":true})",
                    R"({"id":"b","text":"y","n":-2,"ok":false})"}),
            R"({"id":"b","text":"xy","n":-2,"d":0.5,"ok":false})");
  EXPECT_EQ(joined({R"({"n":18446744073709551615,"other":1})", R"({"other":{"a":1}})"}),
            R"({"n":18446744073709551615,"other":{"a":1}})");
}

TEST(AssembledResponseTest, NullReplacesNothing) {
  EXPECT_EQ(joined({R"({"usage":{"n":1},"stop":null})", R"({"usage":null})"}),
            R"({"usage":{"n":1},"stop":null})");
}

TEST(AssembledResponseTest, ItemsMeetByTheirIndex) {
  EXPECT_EQ(joined({R"({"list":[{"index":1,"text":"b"},{"index":0,"text":"a"}]})",
                    R"({"list":[{"index":0,"text":"a"},{"index":1,"text":"b"}]})"}),
            R"({"list":[{"index":1,"text":"bb"},{"index":0,"text":"aa"}]})");
}

TEST(AssembledResponseTest, ItemsWithoutIndexAreAppended) {
  EXPECT_EQ(joined({R"({"content":[{"token":"a"},{"token":"b"}],"tokens":["a"]})",
                    R"({"content":[{"token":"c"}],"tokens":["b","c"]})"}),
            R"({"content":[{"token":"a"},{"token":"b"},{"token":"c"}],"tokens":["a","b","c"]})");
}

TEST(AssembledResponseTest, AnItemMayLieBeyondTheEnd) {
  AssembledResponse response;
  response.begin(Json::object());
  response.item("list", 2)["text"] = "c";
  EXPECT_EQ(json_text(response.whole()), R"({"list":[{},{},{"text":"c"}]})");
  response.item("list", 1'000'000'000)["text"] = "last";
  const Json& list = response.whole()["list"];
  EXPECT_EQ(list.size(), 128U);
  EXPECT_EQ(list.back(), Json({{"text", "last"}}));
}

TEST(AssembledResponseTest, OnlyPartsOfATextMeetByTheirType) {
  EXPECT_EQ(
      joined({R"({"list":[{"type":"text","text":"a"}]})",
              R"({"list":[{"type":"text","text":"b"},{"type":"page","n":1}]})",
              R"({"list":[{"type":"page","n":2}]})"}),
      R"({"list":[{"type":"text","text":"ab"},{"type":"page","n":1},{"type":"page","n":2}]})");
}

TEST(AssembledResponseTest, CallsWithoutIndexMeetByTheirPlace) {
  EXPECT_EQ(
      joined({R"({"calls":[{"id":"","function":{"name":"f","arguments":"{"}},)"
              R"({"id":"","function":{"name":"g","arguments":"["}}]})",
              R"({"calls":[{"function":{"arguments":"}"}},{"function":{"arguments":"]"}}]})"}),
      R"({"calls":[{"id":"","function":{"name":"f","arguments":"{}"}},)"
      R"({"id":"","function":{"name":"g","arguments":"[]"}}]})");
}

TEST(AssembledResponseTest, APieceBelongsToTheLatestItemOfItsIndex) {
  EXPECT_EQ(joined({R"({"list":[{"index":0,"id":"a","text":"a"}]})",
                    R"({"list":[{"index":0,"id":"b","text":"b"}]})",
                    R"({"list":[{"index":0,"text":"c"}]})",
                    R"({"list":[{"index":0,"id":"b","text":"d"}]})"}),
            R"({"list":[{"index":0,"id":"a","text":"a"},{"index":0,"id":"b","text":"bcd"}]})");
}

TEST(AssembledResponseTest, AValueOfAnotherTypeReplacesTheEarlierOne) {
  EXPECT_EQ(joined({R"({"a":"x","b":[1],"c":{"d":1},"e":[[]]})",
                    R"({"a":{"b":1},"b":"x","c":[2],"e":[{"index":0}]})",
                    R"({"a":[3],"b":{"c":1},"c":"x","e":1})"}),
            R"({"a":[3],"b":{"c":1},"c":"x","e":1})");
}

TEST(AssembledResponseTest, AHostileServerCannotFillTheLookUps) {
  std::string fields;
  std::string items;
  for (int i = 0; i < 100'000; ++i) {
    fields += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
    items += (i == 0 ? "{\"index\":" : ",{\"index\":") + std::to_string(i) + "}";
  }
  AssembledResponse response = assembled({"{" + fields + "}", R"({"list":[)" + items + "]}"});
  EXPECT_EQ(response.whole().size(), 128U);
  response = assembled({R"({"list":[)" + items + "]}"});
  EXPECT_EQ(response.whole()["list"].size(), 100'000U);
  EXPECT_GT(response.held(), 1'600'000U);
}

TEST(AssembledResponseTest, CountsTheMemoryOfItsTexts) {
  const std::string text(1'000'000, 'x');
  const std::string delta = R"({"text":")" + text + R"("})";
  EXPECT_GE(assembled({delta, delta}).held(), 2 * text.size());
  EXPECT_LT(assembled({R"({"id":"abc"})", R"({"id":"abc"})", R"({"id":"abc"})"}).held(), 200U);
}

}  // namespace
}  // namespace paceline::api
