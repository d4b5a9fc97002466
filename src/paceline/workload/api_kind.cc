#include <paceline/workload/api_kind.h>

#include <paceline/http/url.h>

namespace paceline {

ApiKind kind_of(std::string_view url) {
  url = without_query(url);
  if (url.ends_with("/embeddings")) return ApiKind::embeddings;
  return url.ends_with("/responses") ? ApiKind::responses : ApiKind::chat;
}

}  // namespace paceline
