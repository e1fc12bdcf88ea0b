/// Requests in the order in which they were sent; adding and taking cost O(1).
struct RequestQueue {
    private var requests: [RedisRequest?] = []
    private var head = 0

    var isEmpty: Bool { head == requests.count }
    var count: Int { requests.count - head }
    /// The one that waits longest.
    var first: RedisRequest? { isEmpty ? nil : requests[head] }

    mutating func append(_ request: RedisRequest) { requests.append(request) }

    mutating func popFirst() -> RedisRequest? {
        guard !isEmpty else { return nil }
        let request = requests[head]
        requests[head] = nil
        head += 1
        if head == requests.count {
            requests.removeAll(keepingCapacity: head <= 1024)
            head = 0
        } else if head >= 1024, head * 2 >= requests.count {
            requests.removeFirst(head)
            head = 0
        }
        return request
    }

    /// Takes all of them.
    mutating func takeAll() -> [RedisRequest] {
        let all = requests[head...].compactMap { $0 }
        requests = []
        head = 0
        return all
    }

    func forEach(_ body: (RedisRequest) -> Void) {
        for request in requests[head...] {
            if let request { body(request) }
        }
    }
}
