#include <paceline/workload/request_headers.h>

#include <string>
#include <vector>

namespace paceline {

std::shared_ptr<const HeaderList> json_request_headers(const Api& api) {
  std::vector<std::string> lines{"Content-Type: application/json"};
  if (!api.key.empty()) lines.push_back("Authorization: Bearer " + api.key);
  return std::make_shared<const HeaderList>(lines);
}

}  // namespace paceline
