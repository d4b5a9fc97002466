#include <endpoint/generation.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

std::string json_of(std::string_view schema) {
  dom::parser parser;
  const dom::element parsed = parser.parse(schema.data(), schema.size());
  const auto made = json_for_schema(parsed);
  return made ? made->text : made.error().message;
}

TEST(JsonSchemaTest, MakesTheSimplestValueOfEachType) {
  EXPECT_EQ(json_of(R"({"type":"object"})"), "{}");
  EXPECT_EQ(json_of(R"({"type":"array","items":{"type":"string"}})"), "[]");
  EXPECT_EQ(json_of(R"({"type":"string"})"), R"("")");
  EXPECT_EQ(json_of(R"({"type":"integer"})"), "0");
  EXPECT_EQ(json_of(R"({"type":"number"})"), "0");
  EXPECT_EQ(json_of(R"({"type":"boolean"})"), "true");
  EXPECT_EQ(json_of(R"({"type":"null"})"), "null");
  EXPECT_EQ(json_of(R"({"type":["null","integer"]})"), "0");
  EXPECT_EQ(json_of("{}"), "null");
  EXPECT_EQ(json_of("true"), "null");
}

TEST(JsonSchemaTest, HasTheRequiredProperties) {
  EXPECT_EQ(json_of(R"({"type":"object","required":["b","a","x"],"properties":{
      "a":{"type":"integer"},"b":{"type":"object","required":["c"],
      "properties":{"c":{"type":"boolean"}}},"d":{"type":"string"}}})"),
            R"({"b":{"c":true},"a":0,"x":null})");
  EXPECT_EQ(json_of(R"({"required":["é\"😀"]})"), R"({"\u00e9\"\ud83d\ude00":null})");
}

TEST(JsonSchemaTest, KeepsTheBoundsOfNumbers) {
  EXPECT_EQ(json_of(R"({"type":"integer","minimum":3})"), "3");
  EXPECT_EQ(json_of(R"({"type":"integer","minimum":3.5})"), "4");
  EXPECT_EQ(json_of(R"({"type":"integer","exclusiveMinimum":3})"), "4");
  EXPECT_EQ(json_of(R"({"type":"integer","maximum":-2})"), "-2");
  EXPECT_EQ(json_of(R"({"type":"integer","exclusiveMaximum":0})"), "-1");
  EXPECT_EQ(json_of(R"({"type":"integer","minimum":1,"multipleOf":5})"), "5");
  EXPECT_EQ(json_of(R"({"type":"number","exclusiveMinimum":0.5,"maximum":1})"), "1");
  EXPECT_EQ(json_of(R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1})"), "0.5");
  EXPECT_EQ(json_of(R"({"type":"number","minimum":0.25})"), "0.25");
  EXPECT_NE(
      json_of(R"({"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2})").find("bounds"),
      std::string::npos);
}

TEST(JsonSchemaTest, KeepsTheBoundsOfStringsAndArrays) {
  EXPECT_EQ(json_of(R"({"type":"string","minLength":5})"), R"("one l")");
  EXPECT_EQ(json_of(R"({"type":"string","format":"date"})"), R"("2024-01-01")");
  EXPECT_EQ(json_of(R"({"type":"array","minItems":2,"items":{"type":"integer"}})"), "[0,0]");
  EXPECT_EQ(json_of(R"({"type":"array","minItems":2,"prefixItems":[{"type":"string"}],
                        "items":{"type":"integer"}})"),
            R"(["",0])");
}

TEST(JsonSchemaTest, KnowsEnumsChoicesAndReferences) {
  EXPECT_EQ(json_of(R"({"enum":["x\"é",1]})"), R"("x\"\u00e9")");
  EXPECT_EQ(json_of(R"({"const":{"a":[1,2.5,null]}})"), R"({"a":[1,2.5,null]})");
  EXPECT_EQ(json_of(R"({"anyOf":[{"type":"integer"},{"type":"string"}]})"), "0");
  EXPECT_EQ(json_of(R"({"oneOf":[{"type":"string","pattern":"a"},{"type":"boolean"}]})"), "true");
  EXPECT_EQ(json_of(R"({"allOf":[{"type":"boolean"}]})"), "true");
  EXPECT_EQ(json_of(R"({"$ref":"#/$defs/T","$defs":{"T":{"type":"boolean"}}})"), "true");
  // A linked list, which ends with null.
  EXPECT_EQ(json_of(R"({"type":"object","required":["next"],"properties":{
                        "next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}})"),
            R"({"next":null})");
}

TEST(JsonSchemaTest, SaysWhatItDoesNotKnowOrCannotEnd) {
  for (const auto& [schema, part] :
       {std::pair{R"({"type":"string","pattern":"^a+$"})", "'pattern'"},
        std::pair{R"({"not":{"type":"string"}})", "'not'"},
        std::pair{R"({"type":"text"})", "'text'"},
        std::pair{R"({"type":"string","format":"isbn"})", "'isbn'"},
        std::pair{R"({"$ref":"#/$defs/none"})", "#/$defs/none"},
        std::pair{R"({"$ref":"https://example.com/s"})", "https://example.com/s"},
        std::pair{R"({"$ref":"#"})", "endless"}, std::pair{R"({"enum":[]})", "enum"},
        std::pair{R"({"anyOf":[]})", "anyOf"}, std::pair{"false", "false"},
        std::pair{"3", "object"},
        std::pair{R"({"type":"array","minItems":1000000000000})", "very large"},
        std::pair{R"({"type":"array","minItems":1000000000000,"items":{"type":"integer"}})",
                  "very large"},
        std::pair{R"({"type":"string","minLength":1000000000000})", "minLength"},
        std::pair{R"({"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}}})",
                  "endless"}}) {
    EXPECT_NE(json_of(schema).find(part), std::string::npos) << schema << ": " << json_of(schema);
  }
}

TEST(JsonResponseTest, TakesWordsInItsFirstFreeString) {
  dom::parser parser;
  const std::string schema = R"({"type":"object","required":["a","b","c"],"properties":{
      "a":{"type":"string","maxLength":9},"b":{"type":"string"},"c":{"type":"string"}}})";
  const dom::element parsed = parser.parse(schema);
  auto json = json_for_schema(parsed).value();
  json.lengthen(10);
  EXPECT_EQ(json.text, R"({"a":"","b":"","c":""})");
  json.lengthen(30);
  EXPECT_EQ(json.text, R"({"a":"","b":"one line","c":""})");
}

}  // namespace
}  // namespace paceline::endpoint
