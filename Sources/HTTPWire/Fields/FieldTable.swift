/// The field lines of one section, in order, with an index of the known ones. It is reused from message to message
/// and keeps its memory. It cannot be copied, so that nothing copies it by the way.
public struct FieldTable: ~Copyable, Sendable {
    /// The lines in order.
    public private(set) var lines: [FieldLine] = []
    /// Bit n: the known field with raw value n is there.
    @usableFromInline var present: UInt64 = 0
    /// Bit n: it is there more than once.
    @usableFromInline var repeated: UInt64 = 0
    /// Index of the first line of each known field; meaningful where its bit is set.
    @usableFromInline var firstIndex = InlineArray<64, UInt16>(repeating: 0)

    /// An empty table.
    public init() {}

    /// Takes memory for `count` lines beforehand.
    mutating func reserve(_ count: Int) {
        lines.reserveCapacity(count)
    }

    /// Forgets the lines and keeps the memory.
    public mutating func removeAll() {
        lines.removeAll(keepingCapacity: true)
        present = 0
        repeated = 0
    }

    /// Adds a line behind the others.
    @inline(__always)
    public mutating func append(_ line: FieldLine) {
        let bit: UInt64 = 1 &<< UInt64(line.known.rawValue)
        if present & bit == 0 {
            present |= bit
            firstIndex[Int(line.known.rawValue & 63)] = UInt16(truncatingIfNeeded: lines.count)
        } else {
            repeated |= bit
        }
        lines.append(line)
    }

    /// Whether the field is there.
    @inlinable
    public func contains(_ known: KnownField) -> Bool { present & (1 &<< UInt64(known.rawValue)) != 0 }

    /// Whether there is more than one line of the field.
    @inlinable
    public func isRepeated(_ known: KnownField) -> Bool { repeated & (1 &<< UInt64(known.rawValue)) != 0 }

    /// The first line of the field.
    @inlinable @inline(__always)
    public func first(_ known: KnownField) -> FieldLine? {
        contains(known) ? lines[Int(firstIndex[Int(known.rawValue & 63)])] : nil
    }

    /// How many lines of the field there are.
    @inlinable
    public func count(of known: KnownField) -> Int {
        guard contains(known) else { return 0 }
        guard isRepeated(known) else { return 1 }
        var count = 0
        for line in lines where line.known == known { count += 1 }
        return count
    }

    /// Whether a `Connection` field of this section nominates the name (RFC 9110 §7.6.1), and may.
    ///
    /// Only useful when `ConnectionOptions.nominatesOthers` is set.
    public func nominates(_ field: FieldLine, in bytes: RawSpan) -> Bool {
        guard field.known.mayBeNominated, let index = lines.firstIndex(where: { $0.known == .connection }) else {
            return false
        }
        for line in lines[index...] where line.known == .connection {
            var options = ListElements(line.value)
            while let option = options.next(in: bytes) {
                if bytes.equalsIgnoringCase(option, field.name) { return true }
            }
        }
        return false
    }
}
