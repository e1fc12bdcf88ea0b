import HTTPWire
import Testing

@Suite("What buffers hold together")
struct BufferAccountTests {
    @Test("Memory counts from the first byte of a buffer to its end, grown or shrunk")
    func counts() {
        let account = BufferAccount()
        do {
            let first = OutputBuffer(capacity: 100, retainedCapacity: 200, account: account)
            let second = OutputBuffer(capacity: 50, account: account)
            #expect(account.bytes == 150)
            first.append([UInt8](repeating: 1, count: 1000))
            #expect(account.bytes == first.capacity + 50)
            #expect(first.capacity >= 1000)
            // What was consumed in part is still held; an emptied buffer gives back what it has too much.
            first.consume(first: 999)
            #expect(account.bytes == first.capacity + 50)
            first.consume(first: 1)
            #expect(first.capacity == 200)
            #expect(account.bytes == 250)
            second.append([1])
            #expect(account.bytes == 250)
            // A buffer without an account counts nowhere.
            OutputBuffer(capacity: 500).append([UInt8](repeating: 1, count: 1000))
            #expect(account.bytes == 250)
        }
        #expect(account.bytes == 0)
    }

    @Test("What goes beyond the limit is told each time, what falls is not")
    func excess() {
        let account = BufferAccount()
        account.limit = 1000
        var told = 0
        account.onExcess = { told += 1 }
        let first = OutputBuffer(capacity: 1000, account: account)
        #expect(told == 0)
        do {
            let second = OutputBuffer(capacity: 16, account: account)
            #expect(told == 1)
            second.append([UInt8](repeating: 1, count: 100))
            #expect(told == 2)
        }
        #expect(told == 2)
        _ = OutputBuffer(capacity: 16, account: account)
        #expect(told == 3)
        first.removeAll()
        #expect(told == 3)
    }
}
