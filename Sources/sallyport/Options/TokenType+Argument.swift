public import ArgumentParser
public import Tokens

extension TokenType: ExpressibleByArgument {}
