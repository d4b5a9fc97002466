#include <paceline/http/user_agent.h>
#include <paceline/version.h>

namespace paceline {

const std::string& user_agent() {
  static const std::string agent = "paceline/" + std::string(version());
  return agent;
}

}  // namespace paceline
