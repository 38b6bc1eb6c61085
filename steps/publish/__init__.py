"""Publish the workbooks, and take back what evaluators wrote in them."""
