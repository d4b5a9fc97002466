#include <paceline/workload/api_request.h>

#include <vector>

#include <paceline/http/target.h>

namespace paceline::workload {

ApiKind kind_of(std::string_view url) {
  url = http::without_query(url);
  if (url.ends_with("/embeddings")) return ApiKind::embeddings;
  return url.ends_with("/responses") ? ApiKind::responses : ApiKind::chat;
}

std::shared_ptr<const HeaderList> json_request_headers(const Api& api) {
  std::vector<std::string> lines{"Content-Type: application/json"};
  if (!api.key.empty()) lines.push_back("Authorization: Bearer " + api.key);
  return std::make_shared<const HeaderList>(lines);
}

}  // namespace paceline::workload
