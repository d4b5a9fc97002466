#include <paceline/run/earlier_turns.h>

#include <algorithm>
#include <utility>

namespace paceline::run {

EarlierTurns::EarlierTurns(std::shared_ptr<const std::vector<log::LoggedResponse>> responses,
                           Workload& workload)
    : responses_(std::move(responses)),
      workload_(workload),
      is_ended_(responses_ ? responses_->size() : 0) {}

void EarlierTurns::end_before(std::uint64_t item) {
  if (!responses_) return;
  Sessions& sessions = *workload_.sessions();
  const std::uint64_t first = sessions.first_item(sessions.session_of(item));
  const auto begin = std::lower_bound(
      responses_->begin(), responses_->end(), first,
      [](const log::LoggedResponse& one, std::uint64_t other) { return one.item < other; });
  for (auto turn = begin; turn != responses_->end() && turn->item < item; ++turn) {
    const auto place = static_cast<std::size_t>(turn - responses_->begin());
    if (is_ended_[place]) continue;
    is_ended_[place] = true;
    Request request;
    workload_.make(turn->item, request);
    Response response;
    response.body = turn->text;
    workload_.end_turn(turn->item, request, response, {}, false);
  }
}

}  // namespace paceline::run
