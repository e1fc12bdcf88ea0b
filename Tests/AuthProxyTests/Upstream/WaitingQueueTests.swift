import Testing

@testable import AuthProxy

@Suite("Who waits for a connection")
struct WaitingQueueTests {
    private final class Guest {
        let number: Int
        init(_ number: Int) { self.number = number }
    }

    @Test("The first one goes first, those that left are passed over, and the number is that of those who wait")
    func order() {
        var queue = WaitingQueue<Guest>()
        let guests = (0..<200).map(Guest.init)
        for guest in guests { queue.append(guest) }
        for number in [0, 3, 150, 199] { queue.remove(guests[number]) }
        #expect(queue.count == 196)
        var taken: [Int] = []
        while let guest = queue.takeFirst() {
            taken.append(guest.number)
            // Who has gone, or never came, changes nothing.
            queue.remove(guest)
            queue.remove(Guest(1))
            #expect(queue.count == 196 - taken.count)
        }
        #expect(taken == (0..<200).filter { ![0, 3, 150, 199].contains($0) })
        queue.append(guests[7])
        #expect(queue.takeFirst() === guests[7])
        #expect(queue.count == 0)
    }

    @Test("Who was the first and has to wait on is the first again, however many have gone before and come since")
    func prepending() {
        var queue = WaitingQueue<Guest>()
        let guests = (0..<4).map(Guest.init)
        queue.prepend(guests[1])
        queue.prepend(guests[0])
        queue.append(guests[2])
        let first = queue.takeFirst()
        #expect(first === guests[0])
        queue.append(guests[3])
        queue.prepend(guests[0])
        #expect(queue.count == 4)
        var taken: [Int] = []
        while let guest = queue.takeFirst() { taken.append(guest.number) }
        #expect(taken == [0, 1, 2, 3])
    }

    @Test("Nobody who was taken or removed is kept alive, while others wait")
    func release() {
        var queue = WaitingQueue<Guest>()
        weak var taken: Guest?
        weak var removed: Guest?
        weak var waiting: Guest?
        do {
            let guests = (0..<3).map(Guest.init)
            (taken, removed, waiting) = (guests[0], guests[1], guests[2])
            for guest in guests { queue.append(guest) }
            #expect(queue.takeFirst() === guests[0])
            queue.remove(guests[1])
        }
        #expect(taken == nil)
        #expect(removed == nil)
        #expect(waiting != nil)
        #expect(queue.count == 1)
    }
}
