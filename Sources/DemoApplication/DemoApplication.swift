// First file of the target; its types follow in files of their own.
