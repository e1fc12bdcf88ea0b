import EventIO
import Synchronization
import Testing

@Suite("Event loop")
struct EventLoopTests {
    @Test("Work that another thread posts runs on the loop's thread, in order")
    func posting() async throws {
        let thread = try LoopThread(name: "test")
        let loop = thread.loop
        let seen: [Int] = await withCheckedContinuation { continuation in
            let numbers = Mutex<[Int]>([])
            for number in 0..<100 {
                loop.post {
                    precondition(loop.isCurrent)
                    numbers.withLock { $0.append(number) }
                    if number == 99 { continuation.resume(returning: numbers.withLock { $0 }) }
                }
            }
        }
        #expect(seen == Array(0..<100))
        #expect(!loop.isCurrent)
        thread.join()
        #expect(!loop.post {})
    }

    @Test("A task of the loop stays on its thread across suspensions, also when another thread resumes it")
    func executor() async throws {
        let thread = try LoopThread(name: "test")
        let loop = thread.loop
        let places: [Bool] = await withCheckedContinuation { done in
            loop.startTask {
                var places = [loop.isCurrent]
                await withCheckedContinuation { inner in Task.detached { inner.resume() } }
                places.append(loop.isCurrent)
                await withCheckedContinuation { inner in loop.post { inner.resume() } }
                places.append(loop.isCurrent)
                done.resume(returning: places)
            }
        }
        #expect(places == [true, true, true])
        thread.join()
    }

    @Test("A task that only yields leaves room for what other threads post")
    func yielding() async throws {
        let thread = try LoopThread(name: "test")
        let loop = thread.loop
        let hasCome = Atomic(false)
        let isFair: Bool = await withCheckedContinuation { done in
            loop.startTask {
                loop.post { hasCome.store(true, ordering: .relaxed) }
                var turns = 0
                while !hasCome.load(ordering: .relaxed), turns < 200_000 {
                    await Task.yield()
                    turns += 1
                }
                done.resume(returning: hasCome.load(ordering: .relaxed))
            }
        }
        #expect(isFair)
        thread.join()
    }

    @Test("Timers fire in the order of their deadlines, never early, and not after they were cancelled")
    func timers() async throws {
        let thread = try LoopThread(name: "test")
        let loop = thread.loop
        let fired: [(Int64, Int64)] = await withCheckedContinuation { done in
            loop.post {
                let log = FiredTimers()
                let start = MonotonicTime.coarseMilliseconds
                for delay: Int64 in [90, 30, 60, 0] {
                    let timer = LoopTimer(on: loop) {
                        log.fired.append((delay, MonotonicTime.coarseMilliseconds - start))
                        if log.fired.count == 4 {
                            done.resume(returning: log.fired)
                            log.timers.removeAll()
                        }
                    }
                    timer.fire(afterMilliseconds: delay)
                    log.timers.append(timer)
                }
                let cancelled = LoopTimer(on: loop) { log.fired.append((-1, 0)) }
                cancelled.fire(afterMilliseconds: 10)
                cancelled.cancel()
                log.timers.append(cancelled)
            }
        }
        #expect(fired.map(\.0) == [0, 30, 60, 90])
        for (delay, elapsed) in fired { #expect(elapsed >= delay - 4) }
        thread.join()
    }
}

/// What the timers of one test have done; touched on the loop's thread only.
private final class FiredTimers {
    var fired: [(Int64, Int64)] = []
    var timers: [LoopTimer] = []
}
