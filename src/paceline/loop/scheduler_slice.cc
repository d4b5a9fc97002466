#include <paceline/loop/scheduler_slice.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace paceline::loop {
namespace {

/// The kernel's struct sched_attr in its first version. The C library has none before 2.41, and the
/// kernel's own header conflicts with <sched.h>.
struct SchedulingAttributes {
  std::uint32_t size = 48;
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);

std::optional<SchedulingAttributes> attributes() {
  SchedulingAttributes found;
  if (syscall(SYS_sched_getattr, 0, &found, sizeof found, 0) != 0) return std::nullopt;
  // With other policies `runtime` is no slice.
  if (found.policy != SCHED_OTHER || found.runtime == 0) return std::nullopt;
  return found;
}

/// Returns the slice before; nothing where the slice could not be changed.
std::optional<std::chrono::nanoseconds> change_slice(std::chrono::nanoseconds slice) {
  std::optional<SchedulingAttributes> wanted = attributes();
  if (!wanted) return std::nullopt;
  const std::chrono::nanoseconds before(wanted->runtime);
  wanted->runtime = static_cast<std::uint64_t>(slice.count());
  if (syscall(SYS_sched_setattr, 0, &*wanted, 0) != 0) return std::nullopt;
  return before;
}

}  // namespace

std::optional<std::chrono::nanoseconds> SchedulerSlice::current() {
  const std::optional<SchedulingAttributes> found = attributes();
  if (!found) return std::nullopt;
  return std::chrono::nanoseconds(found->runtime);
}

SchedulerSlice::SchedulerSlice() : before_(change_slice(std::chrono::microseconds(100))) {}

SchedulerSlice::~SchedulerSlice() {
  if (before_) change_slice(*before_);
}

}  // namespace paceline::loop
